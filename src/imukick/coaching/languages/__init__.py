"""One table a language: every word that a person reads or hears."""
