"""What of a scenario page is about recommendation: interactions, their card, lists with reasons, their worth."""
