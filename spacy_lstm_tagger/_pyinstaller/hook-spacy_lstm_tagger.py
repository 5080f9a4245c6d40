from PyInstaller.utils.hooks import collect_data_files, collect_submodules, copy_metadata

hiddenimports = collect_submodules("spacy_lstm_tagger")
datas = collect_data_files("spacy_lstm_tagger") + copy_metadata("spacy_lstm_tagger")
