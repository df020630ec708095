"""The names and codes of countries (ISO 3166-1), as values of a field may spell them."""

from __future__ import annotations

import re
import unicodedata

_ENTRIES = """
AF AFG afghanistan;AX ALA aland islands;AL ALB albania|albanien|albanie;DZ DZA algeria|algerien|algerie;
AS ASM american samoa;AD AND andorra;AO AGO angola;AI AIA anguilla;AQ ATA antarctica;AG ATG antigua and barbuda;
AR ARG argentina|argentinien|argentine;AM ARM armenia;AW ABW aruba;AU AUS australia|australien|australie;
AT AUT austria|osterreich|autriche;AZ AZE azerbaijan;BS BHS bahamas|the bahamas;BH BHR bahrain;BD BGD bangladesh;
BB BRB barbados;BY BLR belarus;BE BEL belgium|belgien|belgique|belgica;BZ BLZ belize;BJ BEN benin;BM BMU bermuda;
BT BTN bhutan;BO BOL bolivia|plurinational state of bolivia;BQ BES bonaire;BA BIH bosnia and herzegovina|bosnia;
BW BWA botswana;BV BVT bouvet island;BR BRA brazil|brasilien|bresil|brasil;IO IOT british indian ocean territory;
BN BRN brunei|brunei darussalam;BG BGR bulgaria|bulgarien|bulgarie;BF BFA burkina faso;BI BDI burundi;
CV CPV cabo verde|cape verde;KH KHM cambodia;CM CMR cameroon;CA CAN canada|kanada;KY CYM cayman islands;
CF CAF central african republic;TD TCD chad;CL CHL chile|chili;
CN CHN china|mainland china|chine|people's republic of china;CX CXR christmas island;CC CCK cocos (keeling) islands;
CO COL colombia|kolumbien|colombie;KM COM comoros;CG COG congo|republic of the congo|congo (brazzaville);
CD COD democratic republic of the congo|congo (kinshasa)|dr congo;CK COK cook islands;CR CRI costa rica;
CI CIV cote d'ivoire|ivory coast;HR HRV croatia|kroatien|croatie|croacia;CU CUB cuba|kuba;CW CUW curacao;
CY CYP cyprus;CZ CZE czechia|czech republic|tschechien|tchequie;DK DNK denmark|danemark|dinamarca;DJ DJI djibouti;
DM DMA dominica;DO DOM dominican republic;EC ECU ecuador;EG EGY egypt|agypten|egypte|egipto;SV SLV el salvador;
GQ GNQ equatorial guinea;ER ERI eritrea;EE EST estonia|estland;SZ SWZ eswatini|swaziland;ET ETH ethiopia;
FK FLK falkland islands;FO FRO faroe islands;FJ FJI fiji;FI FIN finland|finnland|finlande|finlandia;
FR FRA france|frankreich|francia;GF GUF french guiana;PF PYF french polynesia;TF ATF french southern territories;
GA GAB gabon;GM GMB gambia|the gambia;GE GEO georgia;DE DEU germany|deutschland|allemagne|alemania;GH GHA ghana;
GI GIB gibraltar;GR GRC greece|griechenland|grece|grecia;GL GRL greenland;GD GRD grenada;GP GLP guadeloupe;
GU GUM guam;GT GTM guatemala;GG GGY guernsey;GN GIN guinea;GW GNB guinea-bissau;GY GUY guyana;HT HTI haiti;
HM HMD heard island and mcdonald islands;VA VAT holy see|vatican city;HN HND honduras;HK HKG hong kong;
HU HUN hungary|ungarn|hongrie|hungria;IS ISL iceland|island;IN IND india|indien|inde;ID IDN indonesia|indonesien;
IR IRN iran|islamic republic of iran;IQ IRQ iraq|irak;IE IRL ireland|irland|irlande|irlanda|republic of ireland;
IM IMN isle of man;IL ISR israel;IT ITA italy|italien|italie|italia;JM JAM jamaica;JP JPN japan|japon;JE JEY jersey;
JO JOR jordan;KZ KAZ kazakhstan;KE KEN kenya|kenia;KI KIR kiribati;KP PRK north korea;
KR KOR south korea|korea, south|republic of korea|korea|sudkorea;KW KWT kuwait;KG KGZ kyrgyzstan;LA LAO laos;
LV LVA latvia|lettland;LB LBN lebanon;LS LSO lesotho;LR LBR liberia;LY LBY libya;LI LIE liechtenstein;
LT LTU lithuania|litauen;LU LUX luxembourg|luxemburg;MO MAC macao|macau;MG MDG madagascar;MW MWI malawi;
MY MYS malaysia;MV MDV maldives;ML MLI mali;MT MLT malta;MH MHL marshall islands;MQ MTQ martinique;MR MRT mauritania;
MU MUS mauritius;YT MYT mayotte;MX MEX mexico|mexiko|mexique;FM FSM micronesia;MD MDA moldova;MC MCO monaco;
MN MNG mongolia;ME MNE montenegro;MS MSR montserrat;MA MAR morocco|marokko|maroc|marruecos;MZ MOZ mozambique;
MM MMR myanmar|burma;NA NAM namibia;NR NRU nauru;NP NPL nepal;
NL NLD netherlands|the netherlands|niederlande|pays-bas|holland|paises bajos;NC NCL new caledonia;
NZ NZL new zealand|neuseeland;NI NIC nicaragua;NE NER niger;NG NGA nigeria;NU NIU niue;NF NFK norfolk island;
MK MKD north macedonia|macedonia;MP MNP northern mariana islands;NO NOR norway|norwegen|norvege|noruega;OM OMN oman;
PK PAK pakistan;PW PLW palau;PS PSE palestine|state of palestine|occupied palestinian territory;PA PAN panama;
PG PNG papua new guinea;PY PRY paraguay;PE PER peru|perou;PH PHL philippines|philippinen;PN PCN pitcairn;
PL POL poland|polen|pologne|polonia;PT PRT portugal;PR PRI puerto rico;QA QAT qatar|katar;RE REU reunion;
RO ROU romania|rumanien|roumanie|rumania;RU RUS russia|russian federation|russland|russie|rusia;RW RWA rwanda;
BL BLM saint barthelemy;SH SHN saint helena;KN KNA saint kitts and nevis;LC LCA saint lucia;MF MAF saint martin;
PM SPM saint pierre and miquelon;VC VCT saint vincent and the grenadines;WS WSM samoa;SM SMR san marino;
ST STP sao tome and principe;SA SAU saudi arabia|saudi-arabien;SN SEN senegal;RS SRB serbia|serbien|serbie;
SC SYC seychelles;SL SLE sierra leone;SG SGP singapore|singapur;SX SXM sint maarten;
SK SVK slovakia|slowakei|slovaquie;SI SVN slovenia|slowenien|slovenie;SB SLB solomon islands;SO SOM somalia;
ZA ZAF south africa|sudafrika|afrique du sud;GS SGS south georgia;SS SSD south sudan;
ES ESP spain|spanien|espagne|espana;LK LKA sri lanka;SD SDN sudan;SR SUR suriname;SJ SJM svalbard and jan mayen;
SE SWE sweden|schweden|suede|suecia;CH CHE switzerland|schweiz|suisse|suiza|svizzera;
SY SYR syria|syrian arab republic;TW TWN taiwan|taiwan*;TJ TJK tajikistan;
TZ TZA tanzania|united republic of tanzania;TH THA thailand;TL TLS timor-leste|east timor;TG TGO togo;TK TKL tokelau;
TO TON tonga;TT TTO trinidad and tobago;TN TUN tunisia|tunesien|tunisie;TR TUR turkey|turkiye|turkei|turquie|turquia;
TM TKM turkmenistan;TC TCA turks and caicos islands;TV TUV tuvalu;UG UGA uganda;UA UKR ukraine|ucrania;
AE ARE united arab emirates|uae|vereinigte arabische emirate;
GB GBR united kingdom|uk|great britain|england|scotland|wales|northern ireland|vereinigtes konigreich|royaume-uni|
grossbritannien|reino unido;
US USA united states|united states of america|u.s.|u.s.a.|vereinigte staaten|etats-unis|estados unidos;
UM UMI us minor outlying islands;UY URY uruguay;UZ UZB uzbekistan;VU VUT vanuatu;VE VEN venezuela;
VN VNM vietnam|viet nam;VG VGB british virgin islands;VI VIR us virgin islands;WF WLF wallis and futuna;
EH ESH western sahara;YE YEM yemen;ZM ZMB zambia;ZW ZWE zimbabwe;XK XKX kosovo
"""


def _read() -> tuple[frozenset[str], frozenset[str]]:
    codes, names = set[str](), set[str]()
    for entry in _ENTRIES.replace("\n", "").split(";"):
        two, three, spelled = entry.split(" ", 2)
        codes.update((two, three))
        names.update(spelled.split("|"))
    return frozenset(codes), frozenset(names)


COUNTRY_CODES, COUNTRY_NAMES = _read()  # codes in upper case; names in lower case and without accents


def is_country_name(value: str) -> bool:
    """Whether the value names a country, in English or, for the larger ones, in German, French or Spanish."""
    return plain(value) in COUNTRY_NAMES


def is_country_code(value: str) -> bool:
    """Whether the value is a code of two or three letters, in one case: DE, deu."""
    return value.upper() in COUNTRY_CODES and (value.isupper() or value.islower())


def plain(text: str) -> str:
    """The text in lower case, without accents, with single spaces."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return re.sub(r"\s+", " ", "".join(one for one in decomposed if not unicodedata.combining(one))).strip()
