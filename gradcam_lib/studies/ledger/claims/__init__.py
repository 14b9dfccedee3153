"""The claims of the original work, written by hand, in the order of the ledger."""

from __future__ import annotations

from gradcam_lib.studies.ledger.claims.discrimination import CLASSES
from gradcam_lib.studies.ledger.claims.faithfulness import FAITHFULNESS
from gradcam_lib.studies.ledger.claims.language import ANSWERING, CAPTIONING
from gradcam_lib.studies.ledger.claims.localization import LOCALIZATION
from gradcam_lib.studies.ledger.claims.method import METHOD
from gradcam_lib.studies.ledger.claims.others import OTHERS
from gradcam_lib.studies.ledger.claims.people import BIAS, HUMANS
from gradcam_lib.studies.ledger.claims.pointing import POINTING
from gradcam_lib.studies.ledger.claims.relatives import RELATIVES
from gradcam_lib.studies.ledger.claims.slips import SLIPS
from gradcam_lib.studies.ledger.claims.systems import COST, SYSTEMS

GROUPS = (
    *(METHOD, LOCALIZATION, POINTING, CLASSES, FAITHFULNESS, CAPTIONING, ANSWERING, BIAS, HUMANS),
    *(SYSTEMS, OTHERS, RELATIVES, COST, SLIPS),
)
