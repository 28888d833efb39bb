"""Where figures come from: series (data), PDF files, layout, notation, matching."""
