from PyInstaller.utils.hooks import collect_data_files, copy_metadata

hiddenimports = ["spacy_lstm_tagger"]
datas = collect_data_files("en_lstm_web") + copy_metadata("en_lstm_web")
