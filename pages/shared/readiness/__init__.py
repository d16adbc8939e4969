"""Parts of the readiness page: what is known, the questions, the scores, the rules, the risks."""
