"""What the maps of a tagger are worth on COCO: tags that are in a photograph, and tags that are not.   Notebook 12."""
