"""What `benches/compare` is made of: the machine, the data, the measuring, the rows and their table."""
