"""What grading costs, as ratios measured in one run."""
