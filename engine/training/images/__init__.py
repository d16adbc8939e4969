"""Training of picture classifiers: a pre-trained convolutional body, taps at several depths, a linear head."""
