"""The business model: assumptions with their ranges, sixty months of profit, cash and balance, and what they mean.

A `Case` holds every assumption. `model.run` computes it for one future or for ten thousand at once; everything else
(metrics, fans, tornado, break-even, cap table) reads what comes out. Plain numbers in, plain numbers out; money is USD.
"""
