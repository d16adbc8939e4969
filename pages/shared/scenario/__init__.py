"""The body of a scenario page, the same for every scenario: try, data, fine-tune, results."""
