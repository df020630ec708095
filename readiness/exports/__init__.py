"""Everything that leaves the product as a file: documents and workbooks. Values in, text or bytes out."""
