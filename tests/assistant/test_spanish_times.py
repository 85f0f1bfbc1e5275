"""What Spanish phrases mean, said on Monday 23 November 2026 at 9:00 in New York.

Written as test_time_phrases.py and test_repeat_phrases.py, whose runner reads them.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from apps.assistant import phrases, times
from tests.assistant.test_time_phrases import NOW, ZONE, told

PHRASES = [
    ("el viernes a las 5", "11-27 17:00"),
    ("a las 7", "11-23 19:00 | 11-24 07:00"),
    ("esta noche a las 8", "11-23 20:00"),
    ("en media hora", "11-23 09:30"),
    ("en una hora y media", "11-23 10:30"),
    ("en hora y media", "11-23 10:30"),
    ("el próximo viernes a las 5pm", "11-27 17:00 | 12-04 17:00"),
    ("el viernes que viene a las 17:00", "11-27 17:00 | 12-04 17:00"),
    ("mañana a las 9", "11-24 09:00"),
    ("pasado mañana a las 10", "11-25 10:00"),
    ("al final del día", "11-23 17:00"),
    ("medianoche", "11-24 00:00"),
    ("a medianoche", "11-24 00:00"),
    ("mañana a las 5 de la tarde", "11-24 17:00"),
    ("en 20 minutos", "11-23 09:20"),
    ("dentro de 20 minutos", "11-23 09:20"),
    ("lunes 8:30", "11-30 08:30"),
    ("mañana", "11-24 09:00"),
    ("mañana al mediodía", "11-24 12:00"),
    ("mañana 9", "11-24 09:00"),
    ("mañana a las 9:15", "11-24 09:15"),
    ("mañana a las 6", "11-24 18:00"),
    ("mañana a las 7", "11-24 07:00"),
    ("mañana a la una", "11-24 13:00"),
    ("mañana a la 1", "11-24 13:00"),
    ("mañana por la mañana", "11-24 09:00"),
    ("mañana en la mañana", "11-24 09:00"),
    ("mañana por la tarde", "11-24 15:00"),
    ("mañana por la noche", "11-24 20:00"),
    ("mañana en la noche a las 11", "11-24 23:00"),
    ("mañana a las 8 de la noche", "11-24 20:00"),
    ("mañana a las 9 pm", "11-24 21:00"),
    ("9pm mañana", "11-24 21:00"),
    ("hoy a las 8", "11-23 20:00"),
    ("hoy a las 10", "11-23 10:00"),
    ("hoy", "11-23 13:00 | 11-23 17:00 | 11-23 20:00"),
    ("a las 9", "11-23 21:00 | 11-24 09:00"),
    ("a las 10", "11-23 10:00"),
    ("a las 11 y media", "11-23 11:30"),
    ("a las cinco y media", "11-23 17:30"),
    ("a las 5 menos cuarto", "11-23 16:45"),
    ("a las cinco menos diez", "11-23 16:50"),
    ("cuarto para las 5", "11-23 16:45"),
    ("diez para las tres", "11-23 14:50"),
    ("a las 17:30", "11-23 17:30"),
    ("17:30", "11-23 17:30"),
    ("a las 17h", "11-23 17:00"),
    ("17 hs", "11-23 17:00"),
    ("el 3 de mayo", "2027-05-03 09:00"),
    ("3/5", "2027-05-03 09:00"),
    ("el 3/5 a las 10", "2027-05-03 10:00"),
    ("3/5/2027", "2027-05-03 09:00"),
    ("el 5", "12-05 09:00"),
    ("el viernes 27", "11-27 09:00"),
    ("viernes 27 a las 10", "11-27 10:00"),
    ("el 25 de diciembre a las 10", "12-25 10:00"),
    ("25 de dic", "12-25 09:00"),
    ("el primero de enero", "2027-01-01 09:00"),
    ("1 de enero de 2027", "2027-01-01 09:00"),
    ("el lunes", "11-30 09:00"),
    ("este viernes", "11-27 09:00"),
    ("la semana que viene", "11-30 09:00"),
    ("el mes que viene", "12-01 09:00 | 12-23 09:00"),
    ("la próxima semana", "11-30 09:00"),
    ("fin de mes", "11-30 09:00"),
    ("a fin de mes", "11-30 09:00"),
    ("a finales de mes", "11-30 09:00"),
    ("fin de año", "12-31 09:00"),
    ("el fin de semana", "11-28 09:00 | 11-29 09:00"),
    ("este finde", "11-28 09:00 | 11-29 09:00"),
    ("el próximo fin de semana", "11-28 09:00 | 12-05 09:00"),
    ("lun 30 nov 17:00", "11-30 17:00"),
    ("mar 24 nov 9:00 am", "11-24 09:00"),
    ("mié 25 nov 2:00 pm", "11-25 14:00"),
    ("2026-12-01 14:00", "12-01 14:00"),
    ("2026-12-01T14:00", "12-01 14:00"),
    ("en 3 días", "11-26 09:00"),
    ("en dos semanas", "12-07 09:00"),
    ("dentro de un mes", "12-23 09:00"),
    ("en 2 horas y 20 minutos", "11-23 11:20"),
    ("en 1h30", "11-23 10:30"),
    ("en unos minutos", "11-23 09:05"),
    ("en 45 min", "11-23 09:45"),
    ("en un cuarto de hora", "11-23 09:15"),
    ("hace una hora", "past"),
    ("ayer", "past"),
    ("anoche", "past"),
    ("a las 25:00", "no_such_time"),
    ("30 de febrero", "no_such_day"),
    ("lunes 24", "other_weekday"),
    ("a las 5 hora de Madrid", "elsewhere"),
    ("en 2 años", "far"),
    ("a las 3 de la madrugada", "11-24 03:00"),
    ("mañana de madrugada", "11-24 05:00"),
    ("mañana temprano", "11-24 09:00"),
    ("a primera hora", "11-24 09:00"),
    ("esta tarde", "11-23 15:00"),
    ("esta mañana", "11-23 10:00"),
    ("esta mañana a las 11", "11-23 11:00"),
    ("en un rato", "?"),
    ("hoy a medianoche", "11-24 00:00"),
    ("el viernes a medianoche", "11-27 00:00 | 11-28 00:00"),
    ("una semana después del viernes", "12-04 09:00"),
    ("en 5 días hábiles", "11-30 09:00"),
    ("entre las 3 y las 4 de la tarde", "of: 11-23 15:00 | 11-23 16:00"),
    ("de 3 a 4 pm", "of: 11-23 15:00 | 11-23 16:00"),
    ("mañana o el viernes", "of: 11-24 09:00 | 11-27 09:00"),
    ("mañana y el viernes a las 5", "of: 11-24 17:00 | 11-27 17:00"),
    ("antes de la cena", "?"),
    ("5 y media", "11-23 17:30"),
    ("a las 8 y 20", "11-23 20:20 | 11-24 08:20"),
    ("a las 12 de la noche", "11-24 00:00"),
    ("a las 12 del mediodía", "11-23 12:00"),
    ("las 5", "11-23 17:00"),
    ("5", "11-23 17:00"),
    ("a las dos", "11-23 14:00"),
    ("tipo 5", "11-23 17:00"),
    ("por la mañana", "11-24 09:00"),
    ("en la tarde", "11-23 15:00"),
    ("el martes y el jueves a las 18:00", "of: 11-24 18:00 | 11-26 18:00"),
    ("sábado", "11-28 09:00"),
    ("domingo por la tarde", "11-29 15:00"),
    ("la mañana del lunes", "11-30 09:00"),
    ("los próximos días", "?"),
    ("cada día", "cada día 9:00 am: 11-24 09:00, 11-25 09:00, 11-26 09:00"),
    (
        "cada día a las 8",
        "cada día 8:00 am: 11-24 08:00, 11-25 08:00, 11-26 08:00 | cada día 8:00 pm: 11-23 20:00, 11-24 20:00, 11-25 20:00",
    ),
    (
        "todos los días a las 8 de la mañana",
        "cada día 8:00 am: 11-24 08:00, 11-25 08:00, 11-26 08:00",
    ),
    (
        "todos los días a las 8am y 8pm",
        "cada día 8:00 am y 8:00 pm: 11-23 20:00, 11-24 08:00, 11-24 20:00",
    ),
    (
        "cada día a las 8, 12 y 18",
        "cada día 8:00 am, 12:00 pm y 6:00 pm: 11-23 12:00, 11-23 18:00, 11-24 08:00",
    ),
    (
        "todos los días laborables a las 7:30",
        "cada día laborable 7:30 am: 11-24 07:30, 11-25 07:30, 11-26 07:30",
    ),
    (
        "los lunes y miércoles a las 18:00",
        "cada lun y mié 6:00 pm: 11-23 18:00, 11-25 18:00, 11-30 18:00",
    ),
    (
        "los lunes y miércoles",
        "cada lun y mié 9:00 am: 11-25 09:00, 11-30 09:00, 12-02 09:00",
    ),
    ("cada lunes a las 9", "cada lun 9:00 am: 11-30 09:00, 12-07 09:00, 12-14 09:00"),
    (
        "todos los viernes a las 5",
        "cada vie 5:00 pm: 11-27 17:00, 12-04 17:00, 12-11 17:00",
    ),
    (
        "los martes, jueves y sábados a las 10:30",
        "cada mar, jue y sáb 10:30 am: 11-24 10:30, 11-26 10:30, 11-28 10:30",
    ),
    (
        "cada dos semanas",
        "cada 2 semanas el lun 9:00 am: 12-07 09:00, 12-21 09:00, 2027-01-04 09:00",
    ),
    (
        "cada 2 semanas el martes y domingo a las 10:00",
        "cada 2 semanas el mar y dom 10:00 am: 11-24 10:00, 11-29 10:00, 12-08 10:00",
    ),
    (
        "cada mes",
        "cada mes el 1 9:00 am: 12-01 09:00, 2027-01-01 09:00, 2027-02-01 09:00 | cada mes el 23 9:00 am: 12-23 09:00, 2027-01-23 09:00, 2027-02-23 09:00",
    ),
    (
        "cada mes el 1",
        "cada mes el 1 9:00 am: 12-01 09:00, 2027-01-01 09:00, 2027-02-01 09:00",
    ),
    (
        "cada mes el 1 y 15 a las 9:00",
        "cada mes el 1 y 15 9:00 am: 12-01 09:00, 12-15 09:00, 2027-01-01 09:00",
    ),
    (
        "el 5 de cada mes",
        "cada mes el 5 9:00 am: 12-05 09:00, 2027-01-05 09:00, 2027-02-05 09:00",
    ),
    (
        "el día 5 de cada mes a las 10:00",
        "cada mes el 5 10:00 am: 12-05 10:00, 2027-01-05 10:00, 2027-02-05 10:00",
    ),
    (
        "cada 2 meses el 1 y 31 a las 10:00",
        "cada 2 meses el 1 y 31 10:00 am: 12-01 10:00, 12-31 10:00, 2027-02-01 10:00",
    ),
    (
        "cada 2 meses el último día a las 10:00",
        "cada 2 meses el último día 10:00 am: 11-30 10:00, 2027-01-31 10:00, 2027-03-31 10:00",
    ),
    (
        "el primer lunes de cada mes",
        "cada mes el primer lun 9:00 am: 12-07 09:00, 2027-01-04 09:00, 2027-02-01 09:00",
    ),
    (
        "el último viernes del mes a las 17:00",
        "cada mes el último vie 5:00 pm: 11-27 17:00, 12-25 17:00, 2027-01-29 17:00",
    ),
    (
        "el último día laborable de cada mes",
        "cada mes el último día laborable 9:00 am: 11-30 09:00, 12-31 09:00, 2027-01-29 09:00",
    ),
    (
        "cada año el 25 de diciembre",
        "cada año el 25 dic 9:00 am: 12-25 09:00, 2027-12-25 09:00, 2028-12-25 09:00",
    ),
    (
        "todos los años el 3/5",
        "cada año el 3 may 9:00 am: 2027-05-03 09:00, 2028-05-03 09:00, 2029-05-03 09:00",
    ),
    ("cada hora", "cada hora: 11-23 10:00, 11-23 11:00, 11-23 12:00"),
    ("cada 3 horas", "cada 3 horas: 11-23 12:00, 11-23 15:00, 11-23 18:00"),
    ("cada media hora", "cada 30 minutos: 11-23 09:30, 11-23 10:00, 11-23 10:30"),
    ("cada 5 minutos", "too_often"),
    (
        "todas las noches a las 10",
        "cada día 10:00 pm: 11-23 22:00, 11-24 22:00, 11-25 22:00",
    ),
    ("todas las mañanas", "cada día 9:00 am: 11-24 09:00, 11-25 09:00, 11-26 09:00"),
    ("cada noche", "cada día 8:00 pm: 11-23 20:00, 11-24 20:00, 11-25 20:00"),
    (
        "de lunes a viernes a las 8",
        "cada día laborable 8:00 am: 11-24 08:00, 11-25 08:00, 11-26 08:00 | cada día laborable 8:00 pm: 11-23 20:00, 11-24 20:00, 11-25 20:00",
    ),
    (
        "lun-vie 8:00",
        "cada día laborable 8:00 am: 11-24 08:00, 11-25 08:00, 11-26 08:00 | cada día laborable 8:00 pm: 11-23 20:00, 11-24 20:00, 11-25 20:00",
    ),
    (
        "entre semana a las 8:00",
        "cada día laborable 8:00 am: 11-24 08:00, 11-25 08:00, 11-26 08:00 | cada día laborable 8:00 pm: 11-23 20:00, 11-24 20:00, 11-25 20:00",
    ),
    (
        "los fines de semana a las 10",
        "cada fin de semana 10:00 am: 11-28 10:00, 11-29 10:00, 12-05 10:00",
    ),
    (
        "cada fin de semana a las 10",
        "cada fin de semana 10:00 am: 11-28 10:00, 11-29 10:00, 12-05 10:00",
    ),
    (
        "todos los días a las 8 hasta el viernes",
        "cada día 8:00 am hasta el vie 27 nov: 11-24 08:00, 11-25 08:00, 11-26 08:00 | cada día 8:00 pm hasta el vie 27 nov: 11-23 20:00, 11-24 20:00, 11-25 20:00",
    ),
    (
        "cada día 8:00 excepto dom",
        "cada día excepto dom 8:00 am: 11-24 08:00, 11-25 08:00, 11-26 08:00 | cada día excepto dom 8:00 pm: 11-23 20:00, 11-24 20:00, 11-25 20:00",
    ),
    (
        "todos los días menos los domingos a las 9",
        "cada día excepto dom 9:00 am: 11-24 09:00, 11-25 09:00, 11-26 09:00",
    ),
    (
        "cada día a las 9 desde el lunes",
        "cada día 9:00 am: 11-30 09:00, 12-01 09:00, 12-02 09:00",
    ),
    (
        "cada día a las 9 por 2 semanas",
        "cada día 9:00 am hasta el lun 7 dic: 11-24 09:00, 11-25 09:00, 11-26 09:00",
    ),
    (
        "cada día a las 9 10 veces",
        "cada día 9:00 am 10 veces: 11-24 09:00, 11-25 09:00, 11-26 09:00",
    ),
    (
        "cada día a las 9:00 hasta el 1 de marzo",
        "cada día 9:00 am hasta el lun 1 mar 2027: 11-24 09:00, 11-25 09:00, 11-26 09:00",
    ),
    (
        "un día sí y otro no a las 9",
        "cada 2 días 9:00 am: 11-25 09:00, 11-27 09:00, 11-29 09:00",
    ),
    (
        "día por medio a las 9",
        "cada 2 días 9:00 am: 11-25 09:00, 11-27 09:00, 11-29 09:00",
    ),
    ("cada tercer día", "how often?"),
    ("dos veces al día", "how often?"),
    ("diariamente a las 9", "cada día 9:00 am: 11-24 09:00, 11-25 09:00, 11-26 09:00"),
    (
        "cada viernes por medio",
        "cada 2 semanas el vie 9:00 am: 11-27 09:00, 12-11 09:00, 12-25 09:00",
    ),
    (
        "a fin de cada mes",
        "cada mes el último día 9:00 am: 11-30 09:00, 12-31 09:00, 2027-01-31 09:00",
    ),
    (
        "cada trimestre",
        "cada 3 meses el 1 9:00 am: 12-01 09:00, 2027-03-01 09:00, 2027-06-01 09:00 | cada 3 meses el 23 9:00 am: 12-23 09:00, 2027-03-23 09:00, 2027-06-23 09:00",
    ),
    (
        "cada 15 días",
        "cada 15 días 9:00 am: 12-08 09:00, 12-23 09:00, 2027-01-07 09:00",
    ),
    (
        "cada quincena",
        "cada 2 semanas el lun 9:00 am: 12-07 09:00, 12-21 09:00, 2027-01-04 09:00",
    ),
    (
        "cada dos viernes a las 10",
        "cada 2 semanas el vie 10:00 am: 11-27 10:00, 12-11 10:00, 12-25 10:00",
    ),
    (
        "cada lunes a las 8 y jueves a las 6",
        "of: cada jue 6:00 am: 11-26 06:00, 12-03 06:00, 12-10 06:00 | cada lun 8:00 am: 11-30 08:00, 12-07 08:00, 12-14 08:00",
    ),
    (
        "cada día 9:00 desde el 2027-02-28 hasta el 2028-03-01",
        "cada día 9:00 am hasta el mié 1 mar 2028: 2027-02-28 09:00, 2027-03-01 09:00, 2027-03-02 09:00",
    ),
    (
        "todos los días a las 7",
        "cada día 7:00 am: 11-24 07:00, 11-25 07:00, 11-26 07:00 | cada día 7:00 pm: 11-23 19:00, 11-24 19:00, 11-25 19:00",
    ),
    (
        "cada hora hasta las 5",
        "cada hora hasta el lun 23 nov 5:00 pm: 11-23 10:00, 11-23 11:00, 11-23 12:00",
    ),
    (
        "el segundo y cuarto viernes de cada mes a las 12:00",
        "cada mes el segundo y cuarto vie 12:00 pm: 11-27 12:00, 12-11 12:00, 12-25 12:00",
    ),
    (
        "el primero de cada mes",
        "cada mes el 1 9:00 am: 12-01 09:00, 2027-01-01 09:00, 2027-02-01 09:00",
    ),
    ("cada 1,5 días", "cada 36 horas: 11-24 21:00, 11-26 09:00, 11-27 21:00"),
    ("a las 4 y cuarto", "11-23 16:15"),
    ("a las siete menos veinticinco", "11-23 18:35 | 11-24 06:35"),
    ("a las 6 y cinco", "11-23 18:05 | 11-24 06:05"),
    ("para las 5", "11-23 17:00"),
    ("sobre las 6 y media", "11-23 18:30 | 11-24 06:30"),
    ("a las 19", "11-23 19:00"),
    ("a las 19 hs", "11-23 19:00"),
    ("a las 20:15 h", "11-23 20:15"),
    ("a las 7 de la mañana", "11-24 07:00"),
    ("a las 7 de la tarde", "11-23 19:00"),
    ("a las 10 de la noche", "11-23 22:00"),
    ("a la 1 de la tarde", "11-23 13:00"),
    ("a las 5 pm", "11-23 17:00"),
    ("a las 5 p. m.", "11-23 17:00"),
    ("a las 5 p.m. en punto", "11-23 17:00"),
    ("5pm", "11-23 17:00"),
    ("5 pm", "11-23 17:00"),
    ("5:30pm", "11-23 17:30"),
    ("17h30", "11-23 17:30"),
    ("hoy a las 17:30", "11-23 17:30"),
    ("hoy a las 5 de la tarde", "11-23 17:00"),
    ("hoy por la tarde", "11-23 15:00"),
    ("hoy por la noche", "11-23 20:00"),
    ("esta noche", "11-23 20:00"),
    ("esta noche a las 11", "11-23 23:00"),
    ("hoy a las 8 de la mañana", "past"),
    ("el jueves por la mañana", "11-26 09:00"),
    ("el jueves a las 9 de la noche", "11-26 21:00"),
    ("jueves 18:00", "11-26 18:00"),
    ("el próximo lunes", "11-30 09:00"),
    ("el lunes que viene a las 8", "11-30 08:00"),
    ("el miércoles a las tres y media", "11-25 15:30"),
    ("viernes a mediodía", "11-27 12:00"),
    ("el sábado a las 11", "11-28 11:00"),
    ("dom 10:00", "11-29 10:00"),
    ("pasado mañana por la tarde", "11-25 15:00"),
    ("pasado mañana", "11-25 09:00"),
    ("mañana viernes", "other_weekday"),
    ("mañana martes a las 10", "11-24 10:00"),
    ("el 24 a las 18:00", "11-24 18:00"),
    ("el 31 de diciembre a las 23:59", "12-31 23:59"),
    ("el 15 de enero", "2027-01-15 09:00"),
    ("15 enero", "2027-01-15 09:00"),
    ("15/01", "2027-01-15 09:00"),
    ("15/01/2027", "2027-01-15 09:00"),
    ("el martes 1 de diciembre a las 9:30", "12-01 09:30"),
    ("1 de diciembre 9:30", "12-01 09:30"),
    ("31/11", "no_such_day"),
    ("29/2", "2028-02-29 09:00"),
    ("el 29 de febrero", "2028-02-29 09:00"),
    ("el año que viene", "2027-01-01 09:00 | 2027-11-23 09:00"),
    ("en una semana", "11-30 09:00"),
    ("en 10 días", "12-03 09:00"),
    ("en quince días", "12-08 09:00"),
    ("en seis meses", "2027-05-23 09:00"),
    ("en un año", "2027-11-23 09:00"),
    ("en una hora", "11-23 10:00"),
    ("en dos horas", "11-23 11:00"),
    ("en 2 horas y media", "11-23 11:30"),
    ("en 90 minutos", "11-23 10:30"),
    ("en cinco minutos", "11-23 09:05"),
    ("en 10", "11-23 09:10"),
    ("en un par de horas", "11-23 11:00"),
    ("dentro de tres horas", "11-23 12:00"),
    ("dentro de media hora", "11-23 09:30"),
    ("dentro de una semana", "11-30 09:00"),
    ("de aquí a 2 horas", "11-23 11:00"),
    ("en 30 segundos", "11-23 09:01"),
    ("20 minutos", "11-23 09:20"),
    ("2 horas", "11-23 11:00"),
    ("mañana en la tarde", "11-24 15:00"),
    ("mañana a primera hora", "11-24 09:00"),
    ("a las 5 menos 10", "11-23 16:50"),
    ("a las 3 o a las 4", "of: 11-23 15:00 | 11-23 16:00"),
    ("en 2 o 3 horas", "of: 11-23 11:00 | 11-23 12:00"),
    ("mañana a las 8 de la tarde", "11-24 20:00"),
    ("a las 23:30", "11-23 23:30"),
    ("a las 0:30", "11-24 00:30"),
    ("a las 13", "11-23 13:00"),
    ("a las 24:00", "11-24 00:00"),
    ("a las 12", "11-23 12:00"),
    ("a las 12 y media", "11-23 12:30"),
    ("a las 12 am", "11-24 00:00"),
    ("mañana a las 11:45", "11-24 11:45"),
    ("mañana a las 5 menos cuarto", "11-24 16:45"),
    ("mañana a las 10 en punto", "11-24 10:00"),
    ("mañana cerca de las 5", "11-24 17:00"),
    ("mañana tarde", "11-24 15:00"),
    ("hoy al mediodía", "11-23 12:00"),
    ("el domingo a las 12", "11-29 12:00"),
    ("el 1 de mayo a las 8 de la mañana", "2027-05-01 08:00"),
    ("el 10 de enero a las 15:00", "2027-01-10 15:00"),
    ("30 de noviembre", "11-30 09:00"),
    ("el lunes 30 de noviembre a las 17:00", "11-30 17:00"),
    ("mié 2 dic 8:00 am", "12-02 08:00"),
    ("sáb 2 ene 10:00", "2027-01-02 10:00"),
    ("vie 27 nov 5:30 pm", "11-27 17:30"),
    ("en 4 semanas", "12-21 09:00"),
    ("en dos meses", "2027-01-23 09:00"),
    ("en 36 horas", "11-24 21:00"),
    ("en 1 hora", "11-23 10:00"),
    ("en tres días a las 10", "11-26 10:00"),
    ("en 2 semanas a las 18:00", "12-07 18:00"),
    ("dentro de 5 minutos", "11-23 09:05"),
    ("dentro de un par de horas", "11-23 11:00"),
    ("el jueves al mediodía", "11-26 12:00"),
    (
        "cada lunes y viernes a las 8 de la noche",
        "cada lun y vie 8:00 pm: 11-23 20:00, 11-27 20:00, 11-30 20:00",
    ),
    (
        "todos los sábados a las 10",
        "cada sáb 10:00 am: 11-28 10:00, 12-05 10:00, 12-12 10:00",
    ),
    (
        "todos los domingos por la mañana",
        "cada dom 9:00 am: 11-29 09:00, 12-06 09:00, 12-13 09:00",
    ),
    ("todas las semanas", "cada lun 9:00 am: 11-30 09:00, 12-07 09:00, 12-14 09:00"),
    ("cada martes", "cada mar 9:00 am: 11-24 09:00, 12-01 09:00, 12-08 09:00"),
    (
        "cada 3 días a las 9",
        "cada 3 días 9:00 am: 11-26 09:00, 11-29 09:00, 12-02 09:00",
    ),
    (
        "cada 2 semanas",
        "cada 2 semanas el lun 9:00 am: 12-07 09:00, 12-21 09:00, 2027-01-04 09:00",
    ),
    ("cada 45 minutos", "cada 45 minutos: 11-23 09:45, 11-23 10:30, 11-23 11:15"),
    ("cada hora y media", "cada 90 minutos: 11-23 10:30, 11-23 12:00, 11-23 13:30"),
    ("cada 6 horas", "cada 6 horas: 11-23 15:00, 11-23 21:00, 11-24 03:00"),
    (
        "todos los meses",
        "cada mes el 1 9:00 am: 12-01 09:00, 2027-01-01 09:00, 2027-02-01 09:00 | cada mes el 23 9:00 am: 12-23 09:00, 2027-01-23 09:00, 2027-02-23 09:00",
    ),
    (
        "todos los años el 14 de febrero a las 9",
        "cada año el 14 feb 9:00 am: 2027-02-14 09:00, 2028-02-14 09:00, 2029-02-14 09:00",
    ),
    (
        "cada 25 de diciembre a las 10",
        "cada año el 25 dic 10:00 am: 12-25 10:00, 2027-12-25 10:00, 2028-12-25 10:00",
    ),
    (
        "cada mes el último viernes a las 18:00",
        "cada mes el último vie 6:00 pm: 11-27 18:00, 12-25 18:00, 2027-01-29 18:00",
    ),
    (
        "cada mes el primer lunes",
        "cada mes el primer lun 9:00 am: 12-07 09:00, 2027-01-04 09:00, 2027-02-01 09:00",
    ),
    (
        "cada mes el último día a las 20:00",
        "cada mes el último día 8:00 pm: 11-30 20:00, 12-31 20:00, 2027-01-31 20:00",
    ),
    (
        "todos los lunes a las 7 de la mañana hasta el 31 de diciembre",
        "cada lun 7:00 am hasta el jue 31 dic: 11-30 07:00, 12-07 07:00, 12-14 07:00",
    ),
    (
        "los viernes a las 17:00 durante 3 semanas",
        "cada vie 5:00 pm hasta el jue 17 dic: 11-27 17:00, 12-04 17:00, 12-11 17:00",
    ),
    (
        "de lunes a viernes a las 7:30 excepto el miércoles",
        "cada lun, mar, jue y vie 7:30 am: 11-24 07:30, 11-26 07:30, 11-27 07:30",
    ),
    (
        "cada día a las 10 por un mes",
        "cada día 10:00 am hasta el mar 22 dic: 11-23 10:00, 11-24 10:00, 11-25 10:00",
    ),
    (
        "todos los días a las 21:00 5 veces",
        "cada día 9:00 pm 5 veces: 11-23 21:00, 11-24 21:00, 11-25 21:00",
    ),
    ("cada 4 horas hasta las 8 de la noche", "how often?"),
    (
        "los sábados y domingos a las 11",
        "cada fin de semana 11:00 am: 11-28 11:00, 11-29 11:00, 12-05 11:00",
    ),
    ("domingos a las 20:00", "cada dom 8:00 pm: 11-29 20:00, 12-06 20:00, 12-13 20:00"),
    (
        "los días hábiles a las 9:15",
        "cada día laborable 9:15 am: 11-23 09:15, 11-24 09:15, 11-25 09:15",
    ),
    (
        "cada fin de mes a las 10",
        "cada mes el último día 10:00 am: 11-30 10:00, 12-31 10:00, 2027-01-31 10:00",
    ),
    ("una vez a la semana", "cada lun 9:00 am: 11-30 09:00, 12-07 09:00, 12-14 09:00"),
    (
        "una vez al mes",
        "cada mes el 1 9:00 am: 12-01 09:00, 2027-01-01 09:00, 2027-02-01 09:00 | cada mes el 23 9:00 am: 12-23 09:00, 2027-01-23 09:00, 2027-02-23 09:00",
    ),
    ("tres veces a la semana", "how often?"),
    ("cada madrugada", "cada día 5:00 am: 11-24 05:00, 11-25 05:00, 11-26 05:00"),
    ("todas las tardes", "cada día 3:00 pm: 11-23 15:00, 11-24 15:00, 11-25 15:00"),
    (
        "el 1 y 15 de cada mes a las 10",
        "cada mes el 1 y 15 10:00 am: 12-01 10:00, 12-15 10:00, 2027-01-01 10:00",
    ),
]


@pytest.fixture(autouse=True)
def _in_spanish() -> Iterator[None]:
    with phrases.spoken_in("es"):
        yield


@pytest.mark.parametrize(("phrase", "meaning"), PHRASES)
def test_phrase_means(phrase: str, meaning: str) -> None:
    assert told(times.read(phrase, now=NOW, zone=ZONE)) == meaning


@pytest.mark.parametrize("phrase", [phrase for phrase, _ in PHRASES])
def test_accents_and_capitals_change_nothing(phrase: str) -> None:
    outcome = times.read(phrase, now=NOW, zone=ZONE)
    for typed in (phrases.folded(phrase), phrase.upper()):
        assert times.read(typed, now=NOW, zone=ZONE) == outcome


def test_hundreds_of_phrases_are_told_apart() -> None:
    known = [phrase for phrase, _ in PHRASES]
    assert len(known) == len({*known}) >= 300


@pytest.mark.parametrize(
    ("text", "phrase", "rest"),
    [
        ("llamar a Ana mañana a las 9", "mañana a las 9", "llamar a Ana"),
        ("mañana llamar a Ana a las 9", "mañana a las 9", "llamar a Ana"),
        ("comprar pan el viernes", "el viernes", "comprar pan"),
        ("el viernes comprar pan", "el viernes", "comprar pan"),
        ("pagar la luz antes del viernes", "", "pagar la luz antes del viernes"),
        ("leer 3 capítulos esta noche", "esta noche", "leer 3 capítulos"),
        ("preparar la reunión del lunes", "", "preparar la reunión del lunes"),
        ("recoger 2 camisas", "", "recoger 2 camisas"),
        ("a las 5 de la tarde recoger a Leo", "a las 5 de la tarde", "recoger a Leo"),
    ],
)
def test_the_time_is_taken_out_of_a_sentence(text: str, phrase: str, rest: str) -> None:
    assert times.split(text) == times.Split(phrase, rest)


def test_three_of_may_is_not_the_fifth_of_march() -> None:
    may = datetime(2027, 5, 3, 13, tzinfo=UTC)
    assert times.read("3/5", now=NOW, zone=ZONE) == times.Exact(may)
