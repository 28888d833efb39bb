"""The documentation: pages for people, and ``docs.site``, which makes the site and the reference pages from them and from the code."""
