"""Set up the site on a server and keep it up to date. Standard library only: nothing is installed before it runs."""
