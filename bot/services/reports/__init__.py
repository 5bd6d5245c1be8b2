"""What people are shown of many cases: what needs me today, every client at risk, the review, the digest."""
