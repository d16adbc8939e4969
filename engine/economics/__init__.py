"""Money, energy and carbon as pure functions of plain numbers."""
