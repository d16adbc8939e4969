"""Pictures as data: archives read safely, DICOM without identifiers, cards, splits that keep a patient on one side."""
