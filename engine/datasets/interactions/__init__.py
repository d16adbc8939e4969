"""Who did what with which item: from interactions and a list of items to a data set for recommendation."""
