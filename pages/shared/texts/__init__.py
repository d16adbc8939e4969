"""What of a scenario page is about texts: the file, its card, trying sentences, where the model fails."""
