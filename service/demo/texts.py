"""The texts of the demo's customers, and the reasons of their bounces. Texts are for Spanish readers."""

from typing import NamedTuple


class ResponseProfile(NamedTuple):
    """The response of customers to a template category: chances, and weights of the error codes of its bounces."""

    bounced: float
    opened: float  # of the delivered, whether or not the contact shows it
    replied: float  # of the opened
    errors: dict[int, int]


RESPONSE_PROFILES = {
    "UTILITY": ResponseProfile(
        0.03, 0.9, 0.36, {131026: 52, 130472: 4, 131000: 6, 131056: 5, 132012: 4, 132000: 5, 131042: 3}
    ),
    "MARKETING": ResponseProfile(
        0.075, 0.82, 0.27, {131049: 46, 131026: 24, 131050: 18, 130472: 6, 131048: 3, 132015: 3}
    ),
    "AUTHENTICATION": ResponseProfile(0.02, 0.95, 0.03, {131026: 70, 130429: 8, 131016: 8, 132001: 6, 132016: 2}),
    "SERVICE": ResponseProfile(0.035, 0.9, 0.5, {131026: 50, 131047: 25, 131016: 5, 132005: 4, 132012: 5, 132007: 2}),
}

ERROR_TITLES = {
    130429: "Rate limit hit",
    130472: "User's number is part of an experiment",
    131000: "Something went wrong",
    131016: "Service unavailable",
    131026: "Message undeliverable",
    131042: "Business eligibility payment issue",
    131047: "Re-engagement message",
    131048: "Spam rate limit hit",
    131049: "This message was not delivered to maintain healthy ecosystem engagement",
    131050: "User has stopped marketing messages from this business",
    131056: "Business and consumer account pair rate limit hit",
    132000: "Template param count mismatch",
    132001: "Template does not exist",
    132005: "Template hydrated text too long",
    132007: "Template format character policy violated",
    132012: "Template parameter format mismatch",
    132015: "Template is paused",
    132016: "Template is disabled",
}

# Answered to the send request itself: such a message never gets a WhatsApp id.
REFUSALS = frozenset({130429, 131042, 131056, 132000, 132001, 132005, 132007, 132012, 132015, 132016})

# A reply's kind, with its weight.
KINDS = {
    "text": 62,
    "button": 22,
    "interactive": 5,
    "image": 3,
    "audio": 2,
    "sticker": 1,
    "unsupported": 1,
    "reaction": 4,
}

TEXTS = (
    "Sí, gracias",
    "Hola, buenas tardes",
    "Ok",
    "Ya, perfecto",
    "Muchas gracias por avisar",
    "Me interesa, ¿me puede llamar?",
    "¿Cuál es el valor final con despacho?",
    "Ya pagué ayer por transferencia",
    "¿Me puede enviar la boleta?",
    "No soy la persona que busca",
    "Por favor no me escriban más",
    "¿A qué hora llegan?",
    "Mañana después de las 15:00 estaría bien",
    "No voy a estar en casa, ¿se puede reagendar?",
    "¿Siguen en la sucursal de Ñuñoa?",
    "Todavía no me llega el pedido",
    "Llegó todo bien, muchas gracias",
    "El producto venía con la caja rota",
    "¿Puedo pagar en cuotas?",
    "Estoy en reunión, le escribo más tarde",
    "Sí, confirmo la visita",
    "La dirección es Av. Irarrázaval 2430, depto. 904",
    "¿Tienen stock en Concepción?",
    "Mi RUT es 12.345.678-5",
    "No me funciona el enlace",
    "¿Hasta cuándo dura la oferta?",
    "Prefiero que me llamen por teléfono",
    "Excelente atención, un 7",
    "Todavía lo estoy pensando",
    "¿Con quién hablo?",
    "Envíeme la cotización al correo por favor",
    "Necesito hablar con un ejecutivo",
    "No, gracias",
    "Ya renové la semana pasada",
    "¿Cómo va mi caso?",
    "Quedo atento",
    "Quedo atenta a su respuesta",
    "¿Puede venir mi hermano a retirar?",
    "El técnico no llegó",
    "Buenísimo",
    "¿Aceptan tarjeta de débito?",
    "Fin de mes le pago sin falta",
    "Me cobraron dos veces",
    "¿Dónde subo los documentos?",
    "Le adjunto el comprobante",
    "Disculpe la demora en contestar",
    "¿Es más barato si renuevo por dos años?",
    "Estimados, favor dar de baja mi contrato",
    "Cachai si el despacho llega a Coyhaique?",
    "Feliz, muchas gracias",
)
ENDINGS = ("", "", "", "", ".", " 👍", " 🙏", " 😊", ", gracias", "!!")

# What spreadsheets, terminals and narrow columns stumble over.
ODD_TEXTS = (
    "=mañana a las 10?",
    '=HYPERLINK("https://example.com";"ver aquí")',
    "+56 9 8765 4321 es mi otro número",
    "-no gracias-",
    "@comercialandes me pueden ayudar?",
    "👍",
    "🎉🎉🎉",
    "Hola\nsoy la señora Rosa\nme llamaron recién?",
    "Dirección:\tLos Aromos 55",
    "Depto 301; torre B, «timbre malo»",
    "<3 gracias",
    "Estimados: les cuento que hice el pedido hace tres semanas, dijeron que venía un martes y no llegó, "
    "después que el jueves y tampoco, llamé dos veces y me cortaron, fui a la sucursal y no había sistema. "
    "Lo único que quiero es que me confirmen una fecha y que alguien me devuelva el costo del despacho. " * 4,
)

# Texts of the kinds that are not typed; a kind that is not here has none.
TAPPED = {
    "button": (
        "Sí, confirmo",
        "Reagendar",
        "Hablar con un ejecutivo",
        "No me interesa",
        "Pagar ahora",
        "Más información",
    ),
    "interactive": (
        "Mañana 09:00 - 12:00",
        "Mañana 15:00 - 18:00",
        "Plan Familiar",
        "Plan Empresa",
        "7 - Excelente",
    ),
    "media": ("", "", "Comprobante de transferencia", "Foto del producto", "carnet por ambos lados"),
    "reaction": ("👍", "❤️", "🙏", "😂"),
}
