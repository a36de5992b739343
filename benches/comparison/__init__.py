"""The modules of `benches/compare`: the machine, the data, the measurements, the rows and their table."""
