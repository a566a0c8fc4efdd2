"""What the guide prints, what its code really gives, and a way to ask any guide the same."""
