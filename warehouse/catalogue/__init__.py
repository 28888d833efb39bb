"""A release to a CKAN catalogue: what may go there, what would change, and the change itself. See docs/publish-to-ckan.md."""

from warehouse.catalogue.applying import apply
from warehouse.catalogue.offer import Offer, offer, series_names
from warehouse.catalogue.planning import Plan, plan
from warehouse.catalogue.site import Settings, Site

__all__ = ["Offer", "Plan", "Settings", "Site", "apply", "offer", "plan", "series_names"]
