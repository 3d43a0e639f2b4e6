"""The reasons of bounces, in the words of a file's language."""

from collections.abc import Mapping

from analytics.domain.text import Locale
from analytics.domain.whatsapp_errors import title_of

# By WhatsApp's code, in the words of the pages. Of a code that is not here WhatsApp's own words are shown.
SPANISH: Mapping[int | None, str] = {
    None: "WhatsApp no indicó el motivo",
    80007: "Se superó el límite de solicitudes de la cuenta",
    130429: "Se superó el límite de envíos por segundo",
    130472: "El número participa en un experimento de WhatsApp",
    131000: "Falla de WhatsApp sin detalle",
    131016: "WhatsApp no estaba disponible",
    131026: "No se pudo entregar: el número puede no estar en WhatsApp",
    131042: "Problema con el pago de la cuenta de WhatsApp",
    131047: "Pasaron más de 24 horas desde el último mensaje del cliente",
    131048: "WhatsApp limitó los envíos por reportes de spam",
    131049: "WhatsApp no lo entregó para no saturar al cliente",
    131050: "El cliente dejó de recibir mensajes de marketing",
    131056: "Demasiados mensajes al mismo número en poco tiempo",
    131064: "WhatsApp limitó los envíos por la categoría de las plantillas",
    132000: "La plantilla recibió una cantidad distinta de variables",
    132001: "La plantilla no existe o no está aprobada en ese idioma",
    132005: "El texto de la plantilla queda demasiado largo",
    132007: "La plantilla tiene caracteres o formato no permitidos",
    132012: "Una variable de la plantilla tiene otro formato",
    132015: "WhatsApp pausó la plantilla por baja calidad",
    132016: "WhatsApp desactivó la plantilla",
}


def reason(code: int | None, heard: Mapping[int, str], locale: Locale) -> str:
    """Return a bounce's reason; `heard` has the titles in events, see `analytics.reports.runner.reported_titles`."""
    own = SPANISH.get(code) if locale is Locale.ES else None
    return own or title_of(code, heard)
