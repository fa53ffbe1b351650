"""Reading other people's files: what they are, what their rows say, and loading that.

container   the bytes: plain or gzip, with caps on what comes out
encoding    bytes to text, strictly
rows        text to rows with line numbers; a broken row never takes its neighbours with it
presets     which file it is: vocabularies of headers, one TOML file a preset
dates       how a column writes dates, decided over the whole file
row         one row's cells as typed values
readers     rows to records, one module a kind of file
source      all of the above for one file
load        records to services, in short transactions
"""
