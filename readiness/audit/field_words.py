"""The words in a field's name, and the kinds that they speak for, in English, German, French and Spanish."""

from __future__ import annotations

import re
from dataclasses import dataclass

from readiness.audit.countries import plain
from readiness.audit.rules import FieldKind


@dataclass(frozen=True, slots=True)
class WordSet:
    """Whole words, and endings of compounds (Rechnungsdatum ends in datum)."""

    words: frozenset[str]
    endings: tuple[str, ...] = ()

    def speaks(self, found: frozenset[str]) -> bool:
        """Whether one of the words of a field's name is in the set."""
        return bool(found & self.words) or any(word.endswith(self.endings) for word in found if self.endings)


def _set(words: str, endings: str = "") -> WordSet:
    return WordSet(frozenset(words.split()), tuple(endings.split()))


def words_of(name: str) -> frozenset[str]:
    """The words in a field's name, split at case changes, digits and punctuation; in lower case, without accents."""
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    spaced = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1 \2", spaced)
    return frozenset(word for word in re.split(r"[^a-z#%]+", plain(spaced)) if word)


PARTIES = _set(
    "vendor supplier contractor customer client company payee employee patient person borrower applicant merchant "
    "creditor beneficiary hospital kunde lieferant firma mitarbeiter client fournisseur entreprise societe salarie "
    "cliente proveedor empresa empleado paciente",
    "lieferant kunde",
)
NAME = _set(
    "name names fullname firstname lastname surname forename vorname nachname familienname nom prenom nombre apellido "
    "apellidos winner author contact ansprechpartner",
    "name",
)
MONEY = _set(
    "amount amt price cost costs fee fees paid payment balance salary net nett gross revenue budget spend fare tax vat "
    "tip tolls surcharge charge charges value invoice total turnover income wage debit credit money betrag preis "
    "kosten umsatz summe gebuhr gehalt lohn brutto netto mwst steuer rabatt montant prix cout salaire ttc tva "
    "importe precio coste costo saldo salario iva pago",
    "betrag preis kosten umsatz summe gebuhr gehalt",
)
NOT_MONEY = _set(
    "type method status count terms days centre center code id rate year quantity qty number menge anzahl cantidad "
    "quantite percent pct date datum fecha",
    "nummer datum anzahl",
)
IDENTIFIER = _set(
    "id ids ref reference key uuid guid identifier index idx sku isin iban ean gtin upc isbn vin code centre center "
    "kennung schluessel artikelnr kundennr identifiant codigo clave folio referencia serial bbl hash token imei",
    "nummer nr kennzeichen schlussel",
)
ID_NUMBERS = frozenset({"number", "no", "nr", "num", "#", "nummer", "numero"})
SURE_IDENTIFIER = _set("id ids uuid guid identifier identifiant iban isin ean isbn vin", "nummer")
DATE = _set(
    "date day dt datum dated time timestamp born birthday birthdate dob created updated modified joined hired opened "
    "closed received sent due start end tag fecha jour naissance geburtstag creation nacimiento datetime on at when "
    "zeitpunkt zeit",
    "date datum tag",
)
NOT_DATE = _set("version release build firmware revision ip section chapter ratio score ref reference", "version")
BOOLEAN = _set(
    "is has was flag active enabled disabled indicator binary deleted verified valid subscribed churn churned default "
    "fraud spam urgent completed paid approved optin consent smoker aktiv gultig actif active valide activo valido "
    "can should allow allowed yn"
)
COUNTS = _set(
    "count counts number qty quantity num items score rating children deaths cases confirmed recovered total visits "
    "anzahl menge nombre cantidad errors defects failures passengers rank level age attempts retries sum amount",
    "anzahl count",
)
LABEL = _set("label labels sentiment annotation annotated truth gold groundtruth etikett etiquette etiqueta", "label")
LABEL_ALONE = frozenset({"class", "target", "category", "klasse", "classe", "clase", "kategorie", "categorie", "y"})
ANSWER = _set("answer rating response vote judgment judgement choice verdict score value antwort reponse respuesta")
ANNOTATOR = _set("annotator annotators rater labeler labeller coder annotateur anotador", "annotator")
ANNOTATOR_WEAK = _set("worker workers reviewer judge assessor turker user bewerter evaluador evaluateur")
CATEGORY = _set(
    "type status category class gender sex grade group kind state stage priority severity level tier segment "
    "department typ kategorie geschlecht gruppe abteilung categorie genre statut estado tipo categoria genero mode",
    "typ status kategorie type",
)
PERCENT = _set("percent percentage pct prozent pourcentage porcentaje % prozentsatz", "prozent percent pct")
SUBDIVISIONS = frozenset({"state", "province", "region", "county", "district", "canton", "bundesland", "departement"})
OPEN_ENDED = _set(
    "target due closed close end ended until expiry expires expiration resolved cancelled canceled deleted valid "
    "deadline scheduled planned renewal maturity fallig ende gultig fin echeance vencimiento termination "
).words
AGE = frozenset({"age", "alter", "edad"})
BIRTH = _set("birth birthday birthdate dob born geburtsdatum geburtstag naissance nacimiento", "geburtsdatum")
LATITUDE, LONGITUDE = frozenset({"latitude", "lat"}), frozenset({"longitude", "lon", "lng", "long"})
VOID_HINT = frozenset({"type", "status", "kind", "id", "code", "count", "flag", "category", "typ", "source"})
URL_WORDS = _set("url urls website site homepage link web webseite domain")

HINTS: tuple[tuple[FieldKind, WordSet], ...] = (  # the first that fits
    (FieldKind.EMAIL, _set("email mail emails correo courriel", "email mail")),
    (
        FieldKind.PHONE,
        _set(
            "phone telephone tel mobile fax cell telefon telefono telephone handy mobil rufnummer portable movil",
            "telefon telefonnummer phone rufnummer fax",
        ),
    ),
    (
        FieldKind.POSTCODE,
        _set("zip zipcode postcode postal plz postleitzahl cp", "zip zipcode postleitzahl plz postcode"),
    ),
    (FieldKind.COUNTRY, _set("country nation land pays pais paese nationality", "country")),
    (
        FieldKind.ADDRESS,
        _set(
            "address street addr location adresse anschrift strasse rue direccion calle domicilio",
            "adresse anschrift strasse address",
        ),
    ),
    (FieldKind.ANNOTATOR, ANNOTATOR),
    (FieldKind.LABEL, LABEL),
)
