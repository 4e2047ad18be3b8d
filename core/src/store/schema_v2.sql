-- The words of searchable fields, by record number. It keeps no copy of the texts: those are in records.view.
CREATE VIRTUAL TABLE search USING fts5(text, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2');
