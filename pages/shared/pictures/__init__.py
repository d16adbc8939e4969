"""What of a scenario page is about pictures: the archive, its card, trying pictures, where the model fails."""
