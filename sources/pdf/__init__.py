"""A PDF file as pages of glyphs, rules, panels and pictures with positions; knows PDF, knows no Japanese."""
