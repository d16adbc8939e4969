"""An upload becomes a `Dataset`: read, checked, cleaned, split, and stored once under its content hash."""
