"""The components that tag, and what they store in a Doc."""
