import type { definitions } from "../api/generated/definitions";

type Definition = (typeof definitions)[DefinedField];

/** The fields of the schema whose descriptions the pages show. */
export type DefinedField =
  | "Funnel.messages"
  | "Funnel.tickets"
  | "Funnel.sent"
  | "Funnel.bounced"
  | "Funnel.pending"
  | "Funnel.delivered"
  | "Funnel.read"
  | "Funnel.responded"
  | "Maturing.messages"
  | "ResponseTime.median"
  | "ResponseTime.p90"
  | "CampaignAnalytics.timeSeries"
  | "CampaignAnalytics.responsesByHour"
  | "CampaignAnalytics.responseHeatmap"
  | "CampaignAnalytics.responseTime"
  | "CampaignAnalytics.sendTimes"
  | "SendTimeBlock.best"
  | "CampaignAnalytics.byAnswer"
  | "CampaignAnalytics.bounceReasons"
  | "CampaignAnalytics.byAgent"
  | "CampaignAnalytics.byAgentTotal"
  | "CampaignAnalytics.byCategory"
  | "CampaignAnalytics.byDepartment"
  | "CampaignAnalytics.byTemplate"
  | "CampaignAnalytics.byAccount";

/** The schema's descriptions in Spanish. When one changes in the schema, this no longer compiles until it is translated. */
export const definitionsEs: Record<Definition, string> = {
  "Messages attempted.": "Mensajes que se intentó enviar.",
  "Tickets that those messages created.": "Tickets que crearon esos mensajes.",
  "Accepted by WhatsApp and not bounced. Rate: of all messages.":
    "Aceptados por WhatsApp y no rebotados. Tasa: sobre todos los mensajes.",
  "Failed and never delivered, refusals at send time included. Rate: of all messages.":
    "Fallaron y nunca se entregaron, incluidos los rechazados al enviar. Tasa: sobre todos los mensajes.",
  "Neither sent nor bounced yet. Rate: of all messages.":
    "Aún ni enviados ni rebotados. Tasa: sobre todos los mensajes.",
  "Reached the customer: delivered, read or answered. Rate: of sent.":
    "Llegaron al cliente: entregados, leídos o respondidos. Tasa: sobre los enviados.",
  "Read, as far as the customer's settings let WhatsApp tell. Rate: of delivered.":
    "Leídos, hasta donde la configuración del cliente permite que WhatsApp lo informe. Tasa: sobre los entregados.",
  "Got a reply; may exceed read, since read receipts can be off. Rate: of delivered.":
    "Recibieron una respuesta. Pueden superar a los leídos, porque las confirmaciones de lectura se pueden desactivar. Tasa: sobre los entregados.",
  "Messages young enough to change.":
    "Los estados y las respuestas llegan hasta días después del envío: los de estos mensajes aún pueden cambiar.",
  "Seconds in which half of the replies had come; null when none.":
    "Tiempo en que había llegado la mitad de las respuestas.",
  "Seconds in which 90 % of the replies had come; null when none.":
    "Tiempo en que había llegado el 90 % de las respuestas.",
  "The funnel over time: every point of the period, in order, empty ones too.":
    "El embudo en el tiempo: cada punto del período según la fecha de envío, también los vacíos.",
  "Responses by the local hour of the reply: 24 rows. For messages sent in the period.":
    "Respuestas según la hora local en que llegaron, de los mensajes enviados en el período.",
  "Responses by the local weekday and hour of the reply: 7 x 24 cells, Monday first. For messages sent in the period.":
    "Respuestas según el día de la semana y la hora local en que llegaron, de los mensajes enviados en el período.",
  "The time that customers took to reply.": "Cuánto tardaron los clientes en responder.",
  "Messages by the local weekday and hour of sending, and those answered within 24 hours: 7 x 24 cells, Monday first. A filter by agents or accounts, or days of another zone than the company's, is counted message by message, of a million in the period at most.":
    "Mensajes según el día de la semana y la hora local en que se enviaron, y los respondidos en 24 horas. Con filtros de agente o de cuenta se cuenta mensaje por mensaje, hasta un millón en el período.",
  "True for the hours whose messages are clearly answered more often than the others. If it is true of none, there is no clear difference. It is no proof that the hour is the reason.":
    "El horario cuyos mensajes se responden claramente más que los demás. Si no hay ninguno, no hay una diferencia clara. No prueba que la hora sea la causa: a cada hora se envían plantillas distintas.",
  "A row for each kind of reply, and for each button that was tapped; the most frequent first. Counted message by message, of a million in the period at most.":
    "Una fila por cada tipo de respuesta y por cada botón pulsado, desde la más frecuente. Se cuenta mensaje por mensaje, hasta un millón en el período.",
  "The reasons for which messages bounced, the most frequent first.":
    "Por qué rebotaron los mensajes, desde el motivo más frecuente.",
  "A row for each agent and department they sent from.": "Una fila por cada agente y departamento desde el que envió.",
  "A row for each agent, whatever the department.": "Una fila por cada agente, sea cual sea el departamento.",
  "A row for each category of templates, as the messages were sent.":
    "Una fila por cada tipo de plantilla, según el que tenía al enviarse cada mensaje.",
  "A row for each department.": "Una fila por cada departamento.",
  "A row for each template.": "Una fila por cada plantilla.",
  "A row for each sender account.": "Una fila por cada cuenta que envió.",
};
