"""One Report value; one small file per format that renders it."""
