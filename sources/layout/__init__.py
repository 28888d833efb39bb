"""A page to blocks of text, tables and headings in reading order; knows where ink stands, reads no quantity."""
