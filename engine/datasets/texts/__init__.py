"""Tables of labelled texts: read, checked, cleaned, split and stored."""
