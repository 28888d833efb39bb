"""What turns docs/ into a site: the reference pages that are made from the sources of truth, and the build of both languages."""
