"""Text in and out: raw text, and text with tags."""
