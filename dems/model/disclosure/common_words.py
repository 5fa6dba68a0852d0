"""Words that tell nothing, or little, of what a text is about. Which they are is a choice of DEMS."""

import re

FUNCTION_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
        a about above after again against all also an and any are as at be because been before being below
        between both but by can could did do does doing down during each few for from further had has have
        having he her here hers him his how if in into is it its just more most no nor not now of off on once
        only or other our out over own same she should so some such than that the their them then there these
        they this those through to too under until up upon very was we were what when where which while who
        whom whose why will with within without would you your
        """,
    )
)
"""Words that say nothing by themselves."""

FIELD_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
        account action address arrest attendance audio body call camera cctv cell complaint computer constable
        copy crime custody data date day detective detention device dispatch document download draft email
        enquiry entry evidence exhibit extract file footage force form handover handwritten hour image
        incident inquiry inspector internal interview investigation item letter list log meeting message
        minute mobile name night note notebook number office officer operation page pc person phone photo
        photograph picture plan police policy print prisoner property record recording reference report room
        rota scene schedule search sergeant sheet shift statement station street telephone time training
        transcript unit vehicle video view visual witness worn written
        """,
    )
)
"""Words that half of all descriptions have: they count little, and are nobody's name."""

CALENDAR_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
        january february march april may june july august september october november december monday tuesday
        wednesday thursday friday saturday sunday
        """,
    )
)
"""Whoever writes of a day writes these."""
