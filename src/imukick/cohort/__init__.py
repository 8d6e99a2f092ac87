"""Many recordings at once: found, analysed by many processes or computers, kept as Parquet; `imukick cohort`."""
