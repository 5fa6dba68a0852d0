"""How far places lie from each other, and the boxes in which everything near one lies. The earth is taken as a sphere.

That is off by at most half a per cent from the ellipsoid that positions are given on, which is less than positions are.
"""

import math
from dataclasses import dataclass

from dems.model.findings import Place

EARTH_KILOMETRES = 6_371.0088
"""The mean radius (IUGG)."""

_SLACK = 1e-6
"""Degrees, about a decimetre: no place at the very edge falls out of a box by rounding."""


@dataclass(frozen=True, slots=True)
class Box:
    """Latitudes and longitudes in degrees, ends included; `west` is never more than `east`."""

    south: float
    north: float
    west: float
    east: float


def distance(one: Place, other: Place) -> float:
    """Along the great circle, in kilometres (haversine)."""
    south, north = math.radians(one.latitude), math.radians(other.latitude)
    half_height = math.sin((north - south) / 2) ** 2
    half_width = math.sin(math.radians(other.longitude - one.longitude) / 2) ** 2
    return (
        2
        * EARTH_KILOMETRES
        * math.asin(math.sqrt(min(1.0, half_height + math.cos(south) * math.cos(north) * half_width)))
    )


def boxes(centre: Place, kilometres: float) -> list[Box]:
    """One box, or two where the circle crosses the antimeridian, that hold every place within so many kilometres.

    Where the circle holds a pole, its box goes round the earth.
    """
    angle = kilometres / EARTH_KILOMETRES
    reach = math.degrees(angle) + _SLACK
    south, north = centre.latitude - reach, centre.latitude + reach
    if south <= -90 or north >= 90:  # noqa: PLR2004 the poles
        return [Box(max(south, -90.0), min(north, 90.0), -180.0, 180.0)]
    # The meridians that touch the circle do so nearer to the pole than its centre is.
    width = math.degrees(math.asin(math.sin(angle) / math.cos(math.radians(centre.latitude)))) + _SLACK
    west, east = centre.longitude - width, centre.longitude + width
    if west < -180:  # noqa: PLR2004 the antimeridian
        return [Box(south, north, -180.0, east), Box(south, north, west + 360, 180.0)]
    if east > 180:  # noqa: PLR2004
        return [Box(south, north, west, 180.0), Box(south, north, -180.0, east - 360)]
    return [Box(south, north, west, east)]
