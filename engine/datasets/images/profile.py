"""Which attributes of DICOM stay, and in what form: an allow-list after PS3.15 Annex E, Basic Profile.

Whatever is not named here goes: every other attribute, private ones, overlays, curves, sequences, the preamble, what
stands after the pixels. What stays is never copied as it stands: it is a number read and written again, a word out of
a list, a year, or a UID made anew; so no free text of a file gets through.
"""

from __future__ import annotations

import re
from typing import Any

from engine.datasets.images.secret import Keyed

CODES = (
    ("113100", "Basic Application Confidentiality Profile"),
    ("113107", "Retain Longitudinal Temporal Information Modified Dates Option"),
    ("113108", "Retain Patient Characteristics Option"),
)
"""What (0012,0064) records, of PS3.16 context group 7050: dates are cut to the year, the sex is kept."""
METHOD = "Allow-list after PS3.15 Annex E; assisted, not guaranteed"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


WORDS: dict[str, frozenset[str]] = {
    "Modality": _words(
        "AS BI BMD CR CT DG DX ECG ES GM IO IVOCT IVUS KER LEN LS MG MR NM OAM OCT OP OPM OPT OPV OT PT PX RF RG "
        "RTIMAGE SM SRF TG US VA XA XC"
    ),
    "PatientSex": frozenset("MFO"),
    "Laterality": frozenset("LRBU"),
    "ImageLaterality": frozenset("LRBU"),
    "ViewPosition": _words("AP PA LL RL LLD RLD LLO RLO CC MLO ML LM XCCL XCCM FB"),
    "BodyPartExamined": _words(
        "ABDOMEN ANKLE ARM BLADDER BRAIN BREAST CHEST CLAVICLE CSPINE ELBOW EXTREMITY EYE FEMUR FOOT HAND HEAD HEART "
        "HIP JAW KIDNEY KNEE LEG LIVER LSPINE LUNG NECK OVARY PANCREAS PELVIS PROSTATE SHOULDER SKIN SKULL SPINE "
        "THYROID TSPINE UTERUS WRIST"
    ),
    "BurnedInAnnotation": frozenset(("YES", "NO")),
    "LossyImageCompression": frozenset(("00", "01")),
    "PresentationIntentType": frozenset(("FOR PRESENTATION", "FOR PROCESSING")),
}
"""Attributes that stay when they hold one of these words."""
DATES = ("StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate")
UIDS = ("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID")
REWRITTEN = _words(
    "SamplesPerPixel PhotometricInterpretation Rows Columns BitsAllocated BitsStored HighBit PixelRepresentation "
    "PlanarConfiguration NumberOfFrames RescaleSlope RescaleIntercept WindowCenter WindowWidth VOILUTFunction "
    "PixelData SOPClassUID TransferSyntaxUID MediaStorageSOPClassUID MediaStorageSOPInstanceUID "
    "FileMetaInformationGroupLength FileMetaInformationVersion ImplementationClassUID ImplementationVersionName"
)
"""Attributes written anew from the pixels, or by the writer; they do not count as removed."""
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
SCREENS = frozenset(("DV", "DI", "DF", "WSD", "SD"))
"""Values of ConversionType that mean a copy of a screen, a film or a sheet."""
MAKERS = (
    "Agfa", "Canon", "Carestream", "Esaote", "Fujifilm", "GE", "Hitachi", "Hologic", "Konica Minolta", "Mindray",
    "Philips", "Samsung", "Shimadzu", "Siemens", "Toshiba", "United Imaging", "Varian",
)  # fmt: skip
BAND_YEARS, OLDEST = 10, 90
"""Ages are kept in bands of ten years; from ninety on in one (as HIPAA, 45 CFR 164.514(b)(2)(i)(C), asks)."""
UNITS_A_YEAR = {"Y": 1.0, "M": 12.0, "W": 52.0, "D": 365.0}


def word(name: str, value: Any) -> str:
    """Return the value of the attribute `name` if it is one of its words, else ""."""
    found = str(value).strip().upper()
    return found if found in WORDS[name] else ""


def year(value: Any) -> str:
    """Return a DICOM date cut to its year, as its first of January; "" for what is no date."""
    found = re.fullmatch(r"((?:19|20)\d\d)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])", str(value).strip())
    return f"{found[1]}0101" if found else ""


def age_band(age: Any, born: Any = "", study: Any = "") -> str:
    """Return the age as a band ("60-69", "90+"), of PatientAge or of the years of birth and study; "" if unknown."""
    found = re.fullmatch(r"(\d{3})([DWMY])", str(age).strip())
    if found:
        years = int(float(found[1]) / UNITS_A_YEAR[found[2]])
    elif year(born) and year(study):
        years = int(year(study)[:4]) - int(year(born)[:4])
    else:
        return ""
    if not 0 <= years < 130:
        return ""
    start = years // BAND_YEARS * BAND_YEARS
    return f"{OLDEST}+" if years >= OLDEST else f"{start}-{start + BAND_YEARS - 1}"


def scanner(maker: Any, model: Any, keyed: Keyed) -> str:
    """Return a name for the model of a machine: its maker, if well known, and a hash of the rest."""
    maker, model = str(maker or "").strip(), str(model or "").strip()
    if not (maker or model):
        return ""
    known = next((m for m in MAKERS if re.search(rf"\b{m}\b", maker, re.IGNORECASE)), "")
    return f"{known} {keyed.name('scanner', maker + '|' + model)}".strip()


def site(institution: Any, keyed: Keyed) -> str:
    """Return a name for the place a picture comes from that does not tell which one it is."""
    found = str(institution or "").strip()
    return f"site {keyed.name('site', found)}" if found else ""
