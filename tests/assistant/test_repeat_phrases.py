"""What phrases of repetition mean, said on Monday 23 November 2026 at 9:00 in New York.

Each stands with what is said back of it and its next three times.
"""

import pytest

from apps.assistant import times
from tests.assistant import test_time_phrases
from tests.assistant.test_time_phrases import NOW, ZONE, told

# "how often?" asks for what is not told, "?" for a time; "a | b" asks which; "of:" lists
# several; a word is why not.
PHRASES = [
    ("every day", "every day 9:00 AM: 11-24 09:00, 11-25 09:00, 11-26 09:00"),
    ("every day at 8am", "every day 8:00 AM: 11-24 08:00, 11-25 08:00, 11-26 08:00"),
    (
        "every day at 8am and 8pm",
        "every day 8:00 AM and 8:00 PM: 11-23 20:00, 11-24 08:00, 11-24 20:00",
    ),
    (
        "every day at 8am and 8:30pm",
        "every day 8:00 AM and 8:30 PM: 11-23 20:30, 11-24 08:00, 11-24 20:30",
    ),
    (
        "every day at 8am, 2pm and 8pm",
        "every day 8:00 AM, 2:00 PM and 8:00 PM: 11-23 14:00, 11-23 20:00, 11-24 08:00",
    ),
    (
        "every day at 8, 12 and 6",
        "every day 8:00 AM, 12:00 PM and 6:00 PM: 11-23 12:00, 11-23 18:00, 11-24 08:00",
    ),
    (
        "every day at 8 and 20",
        "every day 8:00 AM and 8:00 PM: 11-23 20:00, 11-24 08:00, 11-24 20:00",
    ),
    (
        "every day at 9 and 5",
        "every day 9:00 AM and 5:00 PM: 11-23 17:00, 11-24 09:00, 11-24 17:00",
    ),
    (
        "every day at 8 and 8",
        "every day 8:00 AM and 8:00 PM: 11-23 20:00, 11-24 08:00, 11-24 20:00",
    ),
    (
        "every day at 7",
        "every day 7:00 AM: 11-24 07:00, 11-25 07:00, 11-26 07:00 | every day 7:00 PM: 11-23 19:00, 11-24 19:00, 11-25 19:00",
    ),
    (
        "every day at 8",
        "every day 8:00 AM: 11-24 08:00, 11-25 08:00, 11-26 08:00 | every day 8:00 PM: 11-23 20:00, 11-24 20:00, 11-25 20:00",
    ),
    (
        "every day at 6",
        "every day 6:00 AM: 11-24 06:00, 11-25 06:00, 11-26 06:00 | every day 6:00 PM: 11-23 18:00, 11-24 18:00, 11-25 18:00",
    ),
    ("every day at 9", "every day 9:00 AM: 11-24 09:00, 11-25 09:00, 11-26 09:00"),
    ("every day at 10", "every day 10:00 AM: 11-23 10:00, 11-24 10:00, 11-25 10:00"),
    ("every day at 12", "every day 12:00 PM: 11-23 12:00, 11-24 12:00, 11-25 12:00"),
    ("every day at 5", "every day 5:00 PM: 11-23 17:00, 11-24 17:00, 11-25 17:00"),
    ("every day at 7:30", "every day 7:30 AM: 11-24 07:30, 11-25 07:30, 11-26 07:30"),
    (
        "every day at half past 7",
        "every day 7:30 AM: 11-24 07:30, 11-25 07:30, 11-26 07:30",
    ),
    ("every day at noon", "every day 12:00 PM: 11-23 12:00, 11-24 12:00, 11-25 12:00"),
    (
        "every day at midnight",
        "every day 12:00 AM: 11-24 00:00, 11-25 00:00, 11-26 00:00",
    ),
    ("every day at 17h", "every day 5:00 PM: 11-23 17:00, 11-24 17:00, 11-25 17:00"),
    ("every day at 0800", "every day 8:00 AM: 11-24 08:00, 11-25 08:00, 11-26 08:00"),
    (
        "every day at 7 in the morning",
        "every day 7:00 AM: 11-24 07:00, 11-25 07:00, 11-26 07:00",
    ),
    (
        "every day at 7 in the evening",
        "every day 7:00 PM: 11-23 19:00, 11-24 19:00, 11-25 19:00",
    ),
    (
        "every single day at 9am",
        "every day 9:00 AM: 11-24 09:00, 11-25 09:00, 11-26 09:00",
    ),
    ("each day at 9am", "every day 9:00 AM: 11-24 09:00, 11-25 09:00, 11-26 09:00"),
    ("everyday at 9am", "every day 9:00 AM: 11-24 09:00, 11-25 09:00, 11-26 09:00"),
    ("daily", "every day 9:00 AM: 11-24 09:00, 11-25 09:00, 11-26 09:00"),
    ("daily at 10", "every day 10:00 AM: 11-23 10:00, 11-24 10:00, 11-25 10:00"),
    ("daily at 8am", "every day 8:00 AM: 11-24 08:00, 11-25 08:00, 11-26 08:00"),
    ("once a day at 8pm", "every day 8:00 PM: 11-23 20:00, 11-24 20:00, 11-25 20:00"),
    ("every morning", "every day 9:00 AM: 11-24 09:00, 11-25 09:00, 11-26 09:00"),
    ("every morning at 7", "every day 7:00 AM: 11-24 07:00, 11-25 07:00, 11-26 07:00"),
    ("every evening", "every day 6:00 PM: 11-23 18:00, 11-24 18:00, 11-25 18:00"),
    ("every evening at 7", "every day 7:00 PM: 11-23 19:00, 11-24 19:00, 11-25 19:00"),
    ("every afternoon", "every day 3:00 PM: 11-23 15:00, 11-24 15:00, 11-25 15:00"),
    ("every night", "every day 8:00 PM: 11-23 20:00, 11-24 20:00, 11-25 20:00"),
    ("every night at 11", "every day 11:00 PM: 11-23 23:00, 11-24 23:00, 11-25 23:00"),
    ("every night at 2", "every day 2:00 AM: 11-24 02:00, 11-25 02:00, 11-26 02:00"),
    ("nightly at 10", "every day 10:00 PM: 11-23 22:00, 11-24 22:00, 11-25 22:00"),
    (
        "every morning and evening",
        "every day 9:00 AM and 6:00 PM: 11-23 18:00, 11-24 09:00, 11-24 18:00",
    ),
    (
        "every morning at 8 and evening at 9",
        "every day 8:00 AM and 9:00 PM: 11-23 21:00, 11-24 08:00, 11-24 21:00",
    ),
    ("every other day", "every 2 days 9:00 AM: 11-25 09:00, 11-27 09:00, 11-29 09:00"),
    (
        "every other day at 8am",
        "every 2 days 8:00 AM: 11-25 08:00, 11-27 08:00, 11-29 08:00",
    ),
    ("every second day", "every 2 days 9:00 AM: 11-25 09:00, 11-27 09:00, 11-29 09:00"),
    ("every third day", "every 3 days 9:00 AM: 11-26 09:00, 11-29 09:00, 12-02 09:00"),
    ("every 2 days", "every 2 days 9:00 AM: 11-25 09:00, 11-27 09:00, 11-29 09:00"),
    (
        "every two days at noon",
        "every 2 days 12:00 PM: 11-23 12:00, 11-25 12:00, 11-27 12:00",
    ),
    ("every 3 days", "every 3 days 9:00 AM: 11-26 09:00, 11-29 09:00, 12-02 09:00"),
    (
        "every 10 days at 9am",
        "every 10 days 9:00 AM: 12-03 09:00, 12-13 09:00, 12-23 09:00",
    ),
    ("every weekday", "every weekday 9:00 AM: 11-24 09:00, 11-25 09:00, 11-26 09:00"),
    (
        "every weekday at 7:30",
        "every weekday 7:30 AM: 11-24 07:30, 11-25 07:30, 11-26 07:30",
    ),
    (
        "every weekday at 7am",
        "every weekday 7:00 AM: 11-24 07:00, 11-25 07:00, 11-26 07:00",
    ),
    (
        "every weekday at 7",
        "every weekday 7:00 AM: 11-24 07:00, 11-25 07:00, 11-26 07:00 | every weekday 7:00 PM: 11-23 19:00, 11-24 19:00, 11-25 19:00",
    ),
    (
        "every weekday morning",
        "every weekday 9:00 AM: 11-24 09:00, 11-25 09:00, 11-26 09:00",
    ),
    (
        "every working day at 9am",
        "every weekday 9:00 AM: 11-24 09:00, 11-25 09:00, 11-26 09:00",
    ),
    (
        "every business day",
        "every weekday 9:00 AM: 11-24 09:00, 11-25 09:00, 11-26 09:00",
    ),
    (
        "every workday at 5pm",
        "every weekday 5:00 PM: 11-23 17:00, 11-24 17:00, 11-25 17:00",
    ),
    ("weekdays", "every weekday 9:00 AM: 11-24 09:00, 11-25 09:00, 11-26 09:00"),
    ("weekdays at 7am", "every weekday 7:00 AM: 11-24 07:00, 11-25 07:00, 11-26 07:00"),
    (
        "on weekdays at 6pm",
        "every weekday 6:00 PM: 11-23 18:00, 11-24 18:00, 11-25 18:00",
    ),
    ("every weekend", "every weekend 9:00 AM: 11-28 09:00, 11-29 09:00, 12-05 09:00"),
    (
        "every weekend at 10am",
        "every weekend 10:00 AM: 11-28 10:00, 11-29 10:00, 12-05 10:00",
    ),
    ("weekends at 11", "every weekend 11:00 AM: 11-28 11:00, 11-29 11:00, 12-05 11:00"),
    ("every monday", "every Mon 9:00 AM: 11-30 09:00, 12-07 09:00, 12-14 09:00"),
    ("every monday at 9", "every Mon 9:00 AM: 11-30 09:00, 12-07 09:00, 12-14 09:00"),
    ("every monday at 8am", "every Mon 8:00 AM: 11-30 08:00, 12-07 08:00, 12-14 08:00"),
    (
        "every monday at noon",
        "every Mon 12:00 PM: 11-23 12:00, 11-30 12:00, 12-07 12:00",
    ),
    (
        "every monday at 7",
        "every Mon 7:00 AM: 11-30 07:00, 12-07 07:00, 12-14 07:00 | every Mon 7:00 PM: 11-23 19:00, 11-30 19:00, 12-07 19:00",
    ),
    (
        "every monday morning",
        "every Mon 9:00 AM: 11-30 09:00, 12-07 09:00, 12-14 09:00",
    ),
    ("every friday at 5pm", "every Fri 5:00 PM: 11-27 17:00, 12-04 17:00, 12-11 17:00"),
    (
        "every friday evening at 6",
        "every Fri 6:00 PM: 11-27 18:00, 12-04 18:00, 12-11 18:00",
    ),
    (
        "every friday at midnight",
        "every Fri 12:00 AM: 11-27 00:00, 12-04 00:00, 12-11 00:00 | every Sat 12:00 AM: 11-28 00:00, 12-05 00:00, 12-12 00:00",
    ),
    (
        "every friday night at 1",
        "every Sat 1:00 AM: 11-28 01:00, 12-05 01:00, 12-12 01:00",
    ),
    ("every fri at 5pm", "every Fri 5:00 PM: 11-27 17:00, 12-04 17:00, 12-11 17:00"),
    (
        "every monday and thursday at 6pm",
        "every Mon and Thu 6:00 PM: 11-23 18:00, 11-26 18:00, 11-30 18:00",
    ),
    (
        "every monday and thursday at 7pm",
        "every Mon and Thu 7:00 PM: 11-23 19:00, 11-26 19:00, 11-30 19:00",
    ),
    (
        "every monday, wednesday and friday at 7am",
        "every Mon, Wed and Fri 7:00 AM: 11-25 07:00, 11-27 07:00, 11-30 07:00",
    ),
    (
        "every mon, wed and fri at 7am",
        "every Mon, Wed and Fri 7:00 AM: 11-25 07:00, 11-27 07:00, 11-30 07:00",
    ),
    (
        "every mon wed fri at 7am",
        "every Mon, Wed and Fri 7:00 AM: 11-25 07:00, 11-27 07:00, 11-30 07:00",
    ),
    (
        "every mon/wed/fri at 7am",
        "every Mon, Wed and Fri 7:00 AM: 11-25 07:00, 11-27 07:00, 11-30 07:00",
    ),
    (
        "every mon & thu at noon",
        "every Mon and Thu 12:00 PM: 11-23 12:00, 11-26 12:00, 11-30 12:00",
    ),
    (
        "every tuesday or thursday at 6pm",
        "every Tue and Thu 6:00 PM: 11-24 18:00, 11-26 18:00, 12-01 18:00",
    ),
    (
        "every monday at 8am and 6pm",
        "every Mon 8:00 AM and 6:00 PM: 11-23 18:00, 11-30 08:00, 11-30 18:00",
    ),
    (
        "every monday at 8am and 6:30pm",
        "every Mon 8:00 AM and 6:30 PM: 11-23 18:30, 11-30 08:00, 11-30 18:30",
    ),
    (
        "every monday and thursday at 8am and 6:30pm",
        "every Mon and Thu 8:00 AM and 6:30 PM: 11-23 18:30, 11-26 08:00, 11-26 18:30",
    ),
    (
        "every saturday and sunday at 10am",
        "every weekend 10:00 AM: 11-28 10:00, 11-29 10:00, 12-05 10:00",
    ),
    ("mondays at 9", "every Mon 9:00 AM: 11-30 09:00, 12-07 09:00, 12-14 09:00"),
    (
        "mondays and thursdays at 6pm",
        "every Mon and Thu 6:00 PM: 11-23 18:00, 11-26 18:00, 11-30 18:00",
    ),
    ("on tuesdays at 4pm", "every Tue 4:00 PM: 11-24 16:00, 12-01 16:00, 12-08 16:00"),
    (
        "tuesdays, thursdays and saturdays at 4pm",
        "every Tue, Thu and Sat 4:00 PM: 11-24 16:00, 11-26 16:00, 11-28 16:00",
    ),
    (
        "every other friday",
        "every 2 weeks on Fri 9:00 AM: 11-27 09:00, 12-11 09:00, 12-25 09:00",
    ),
    (
        "every other friday at 5pm",
        "every 2 weeks on Fri 5:00 PM: 11-27 17:00, 12-11 17:00, 12-25 17:00",
    ),
    (
        "every other monday and wednesday at 8am",
        "every 2 weeks on Mon and Wed 8:00 AM: 11-25 08:00, 12-07 08:00, 12-09 08:00",
    ),
    ("every week", "every Mon 9:00 AM: 11-30 09:00, 12-07 09:00, 12-14 09:00"),
    ("every week at 6pm", "every Mon 6:00 PM: 11-23 18:00, 11-30 18:00, 12-07 18:00"),
    (
        "every week on friday",
        "every Fri 9:00 AM: 11-27 09:00, 12-04 09:00, 12-11 09:00",
    ),
    (
        "every week on monday and thursday at 6pm",
        "every Mon and Thu 6:00 PM: 11-23 18:00, 11-26 18:00, 11-30 18:00",
    ),
    ("weekly", "every Mon 9:00 AM: 11-30 09:00, 12-07 09:00, 12-14 09:00"),
    ("weekly at 6pm", "every Mon 6:00 PM: 11-23 18:00, 11-30 18:00, 12-07 18:00"),
    ("weekly on friday", "every Fri 9:00 AM: 11-27 09:00, 12-04 09:00, 12-11 09:00"),
    (
        "weekly on friday at 6pm",
        "every Fri 6:00 PM: 11-27 18:00, 12-04 18:00, 12-11 18:00",
    ),
    (
        "once a week on sunday",
        "every Sun 9:00 AM: 11-29 09:00, 12-06 09:00, 12-13 09:00",
    ),
    (
        "every 2 weeks",
        "every 2 weeks on Mon 9:00 AM: 12-07 09:00, 12-21 09:00, 2027-01-04 09:00",
    ),
    (
        "every 2 weeks on tue",
        "every 2 weeks on Tue 9:00 AM: 11-24 09:00, 12-08 09:00, 12-22 09:00",
    ),
    (
        "every 2 weeks on tuesday and thursday at 6pm",
        "every 2 weeks on Tue and Thu 6:00 PM: 11-24 18:00, 11-26 18:00, 12-08 18:00",
    ),
    (
        "every two weeks on monday at 8am",
        "every 2 weeks on Mon 8:00 AM: 11-30 08:00, 12-14 08:00, 12-28 08:00",
    ),
    (
        "every other week",
        "every 2 weeks on Mon 9:00 AM: 12-07 09:00, 12-21 09:00, 2027-01-04 09:00",
    ),
    (
        "every other week on tue and thu",
        "every 2 weeks on Tue and Thu 9:00 AM: 11-24 09:00, 11-26 09:00, 12-08 09:00",
    ),
    (
        "every second week on friday",
        "every 2 weeks on Fri 9:00 AM: 11-27 09:00, 12-11 09:00, 12-25 09:00",
    ),
    (
        "every third week on friday",
        "every 3 weeks on Fri 9:00 AM: 11-27 09:00, 12-18 09:00, 2027-01-08 09:00",
    ),
    (
        "every 3 weeks on sat at 10am",
        "every 3 weeks on Sat 10:00 AM: 11-28 10:00, 12-19 10:00, 2027-01-09 10:00",
    ),
    (
        "every fortnight",
        "every 2 weeks on Mon 9:00 AM: 12-07 09:00, 12-21 09:00, 2027-01-04 09:00",
    ),
    (
        "every fortnight on monday",
        "every 2 weeks on Mon 9:00 AM: 11-30 09:00, 12-14 09:00, 12-28 09:00",
    ),
    (
        "fortnightly on monday at 9am",
        "every 2 weeks on Mon 9:00 AM: 11-30 09:00, 12-14 09:00, 12-28 09:00",
    ),
    (
        "every month",
        "every month on the 1st 9:00 AM: 12-01 09:00, 2027-01-01 09:00, 2027-02-01 09:00 | every month on the 23rd 9:00 AM: 12-23 09:00, 2027-01-23 09:00, 2027-02-23 09:00",
    ),
    (
        "monthly",
        "every month on the 1st 9:00 AM: 12-01 09:00, 2027-01-01 09:00, 2027-02-01 09:00 | every month on the 23rd 9:00 AM: 12-23 09:00, 2027-01-23 09:00, 2027-02-23 09:00",
    ),
    (
        "once a month",
        "every month on the 1st 9:00 AM: 12-01 09:00, 2027-01-01 09:00, 2027-02-01 09:00 | every month on the 23rd 9:00 AM: 12-23 09:00, 2027-01-23 09:00, 2027-02-23 09:00",
    ),
    (
        "every month on the 1st",
        "every month on the 1st 9:00 AM: 12-01 09:00, 2027-01-01 09:00, 2027-02-01 09:00",
    ),
    (
        "every month on the 1st at noon",
        "every month on the 1st 12:00 PM: 12-01 12:00, 2027-01-01 12:00, 2027-02-01 12:00",
    ),
    (
        "every month on the 1st and 15th",
        "every month on the 1st and 15th 9:00 AM: 12-01 09:00, 12-15 09:00, 2027-01-01 09:00",
    ),
    (
        "every month on the 31st",
        "every month on the 31st 9:00 AM: 12-31 09:00, 2027-01-31 09:00, 2027-03-31 09:00",
    ),
    (
        "every month on the 30th at 6pm",
        "every month on the 30th 6:00 PM: 11-30 18:00, 12-30 18:00, 2027-01-30 18:00",
    ),
    (
        "the 1st of every month",
        "every month on the 1st 9:00 AM: 12-01 09:00, 2027-01-01 09:00, 2027-02-01 09:00",
    ),
    (
        "on the 15th of every month at 5pm",
        "every month on the 15th 5:00 PM: 12-15 17:00, 2027-01-15 17:00, 2027-02-15 17:00",
    ),
    (
        "the 1st and 15th of every month",
        "every month on the 1st and 15th 9:00 AM: 12-01 09:00, 12-15 09:00, 2027-01-01 09:00",
    ),
    (
        "the 10th, 20th and 30th of each month at 8am",
        "every month on the 10th, 20th and 30th 8:00 AM: 11-30 08:00, 12-10 08:00, 12-20 08:00",
    ),
    (
        "15th of every month",
        "every month on the 15th 9:00 AM: 12-15 09:00, 2027-01-15 09:00, 2027-02-15 09:00",
    ),
    (
        "every 1st",
        "every month on the 1st 9:00 AM: 12-01 09:00, 2027-01-01 09:00, 2027-02-01 09:00",
    ),
    (
        "every 31st",
        "every month on the 31st 9:00 AM: 12-31 09:00, 2027-01-31 09:00, 2027-03-31 09:00",
    ),
    (
        "every 1st and 15th at 9am",
        "every month on the 1st and 15th 9:00 AM: 12-01 09:00, 12-15 09:00, 2027-01-01 09:00",
    ),
    (
        "monthly on the 5th",
        "every month on the 5th 9:00 AM: 12-05 09:00, 2027-01-05 09:00, 2027-02-05 09:00",
    ),
    (
        "every 2 months on the 1st",
        "every 2 months on the 1st 9:00 AM: 12-01 09:00, 2027-02-01 09:00, 2027-04-01 09:00",
    ),
    (
        "every other month on the 10th",
        "every 2 months on the 10th 9:00 AM: 12-10 09:00, 2027-02-10 09:00, 2027-04-10 09:00",
    ),
    (
        "every 3 months on the 15th",
        "every 3 months on the 15th 9:00 AM: 12-15 09:00, 2027-03-15 09:00, 2027-06-15 09:00",
    ),
    (
        "every quarter",
        "every 3 months on the 1st 9:00 AM: 12-01 09:00, 2027-03-01 09:00, 2027-06-01 09:00 | every 3 months on the 23rd 9:00 AM: 12-23 09:00, 2027-03-23 09:00, 2027-06-23 09:00",
    ),
    (
        "quarterly on the 1st",
        "every 3 months on the 1st 9:00 AM: 12-01 09:00, 2027-03-01 09:00, 2027-06-01 09:00",
    ),
    (
        "every 6 months on the 1st",
        "every 6 months on the 1st 9:00 AM: 12-01 09:00, 2027-06-01 09:00, 2027-12-01 09:00",
    ),
    (
        "every month on the last day",
        "every month on the last day 9:00 AM: 11-30 09:00, 12-31 09:00, 2027-01-31 09:00",
    ),
    (
        "last day of every month",
        "every month on the last day 9:00 AM: 11-30 09:00, 12-31 09:00, 2027-01-31 09:00",
    ),
    (
        "the last day of every month at 5pm",
        "every month on the last day 5:00 PM: 11-30 17:00, 12-31 17:00, 2027-01-31 17:00",
    ),
    (
        "at the end of every month",
        "every month on the last day 9:00 AM: 11-30 09:00, 12-31 09:00, 2027-01-31 09:00",
    ),
    (
        "end of each month at 4pm",
        "every month on the last day 4:00 PM: 11-30 16:00, 12-31 16:00, 2027-01-31 16:00",
    ),
    (
        "every month end",
        "every month on the last day 9:00 AM: 11-30 09:00, 12-31 09:00, 2027-01-31 09:00",
    ),
    (
        "every last day of the month",
        "every month on the last day 9:00 AM: 11-30 09:00, 12-31 09:00, 2027-01-31 09:00",
    ),
    (
        "every month at the end of the month",
        "every month on the last day 9:00 AM: 11-30 09:00, 12-31 09:00, 2027-01-31 09:00",
    ),
    (
        "first day of every month",
        "every month on the 1st 9:00 AM: 12-01 09:00, 2027-01-01 09:00, 2027-02-01 09:00",
    ),
    (
        "last working day of every month at 4pm",
        "every month on the last weekday 4:00 PM: 11-30 16:00, 12-31 16:00, 2027-01-29 16:00",
    ),
    (
        "the first weekday of every month",
        "every month on the first weekday 9:00 AM: 12-01 09:00, 2027-01-01 09:00, 2027-02-01 09:00",
    ),
    (
        "first monday of every month",
        "every month on the first Mon 9:00 AM: 12-07 09:00, 2027-01-04 09:00, 2027-02-01 09:00",
    ),
    (
        "the first monday of every month at 10",
        "every month on the first Mon 10:00 AM: 12-07 10:00, 2027-01-04 10:00, 2027-02-01 10:00",
    ),
    (
        "on the second tuesday of each month at 6pm",
        "every month on the second Tue 6:00 PM: 12-08 18:00, 2027-01-12 18:00, 2027-02-09 18:00",
    ),
    (
        "third thursday of every month",
        "every month on the third Thu 9:00 AM: 12-17 09:00, 2027-01-21 09:00, 2027-02-18 09:00",
    ),
    (
        "last friday of the month",
        "every month on the last Fri 9:00 AM: 11-27 09:00, 12-25 09:00, 2027-01-29 09:00",
    ),
    (
        "last friday of every month at 5pm",
        "every month on the last Fri 5:00 PM: 11-27 17:00, 12-25 17:00, 2027-01-29 17:00",
    ),
    (
        "every first monday",
        "every month on the first Mon 9:00 AM: 12-07 09:00, 2027-01-04 09:00, 2027-02-01 09:00",
    ),
    (
        "every first monday of the month",
        "every month on the first Mon 9:00 AM: 12-07 09:00, 2027-01-04 09:00, 2027-02-01 09:00",
    ),
    (
        "every last friday",
        "every month on the last Fri 9:00 AM: 11-27 09:00, 12-25 09:00, 2027-01-29 09:00",
    ),
    (
        "every last friday of the month at 5pm",
        "every month on the last Fri 5:00 PM: 11-27 17:00, 12-25 17:00, 2027-01-29 17:00",
    ),
    (
        "every second friday",
        "every 2 weeks on Fri 9:00 AM: 11-27 09:00, 12-11 09:00, 12-25 09:00 | every month on the second Fri 9:00 AM: 12-11 09:00, 2027-01-08 09:00, 2027-02-12 09:00",
    ),
    (
        "every second friday of the month",
        "every month on the second Fri 9:00 AM: 12-11 09:00, 2027-01-08 09:00, 2027-02-12 09:00",
    ),
    (
        "every third friday",
        "every 3 weeks on Fri 9:00 AM: 11-27 09:00, 12-18 09:00, 2027-01-08 09:00 | every month on the third Fri 9:00 AM: 12-18 09:00, 2027-01-15 09:00, 2027-02-19 09:00",
    ),
    (
        "every 2nd tuesday at 6pm",
        "every 2 weeks on Tue 6:00 PM: 11-24 18:00, 12-08 18:00, 12-22 18:00 | every month on the second Tue 6:00 PM: 12-08 18:00, 2027-01-12 18:00, 2027-02-09 18:00",
    ),
    (
        "every 2 months on the first monday",
        "every 2 months on the first Mon 9:00 AM: 12-07 09:00, 2027-02-01 09:00, 2027-04-05 09:00",
    ),
    (
        "every month on the last friday",
        "every month on the last Fri 9:00 AM: 11-27 09:00, 12-25 09:00, 2027-01-29 09:00",
    ),
    (
        "yearly",
        "every year on 23 Nov 9:00 AM: 2027-11-23 09:00, 2028-11-23 09:00, 2029-11-23 09:00",
    ),
    (
        "annually",
        "every year on 23 Nov 9:00 AM: 2027-11-23 09:00, 2028-11-23 09:00, 2029-11-23 09:00",
    ),
    (
        "every year",
        "every year on 23 Nov 9:00 AM: 2027-11-23 09:00, 2028-11-23 09:00, 2029-11-23 09:00",
    ),
    (
        "once a year on may 5",
        "every year on 5 May 9:00 AM: 2027-05-05 09:00, 2028-05-05 09:00, 2029-05-05 09:00",
    ),
    (
        "every year on dec 25",
        "every year on 25 Dec 9:00 AM: 12-25 09:00, 2027-12-25 09:00, 2028-12-25 09:00",
    ),
    (
        "every year on december 25th at 8am",
        "every year on 25 Dec 8:00 AM: 12-25 08:00, 2027-12-25 08:00, 2028-12-25 08:00",
    ),
    (
        "every year on 25 december",
        "every year on 25 Dec 9:00 AM: 12-25 09:00, 2027-12-25 09:00, 2028-12-25 09:00",
    ),
    (
        "every 25 december",
        "every year on 25 Dec 9:00 AM: 12-25 09:00, 2027-12-25 09:00, 2028-12-25 09:00",
    ),
    (
        "every 25th of december",
        "every year on 25 Dec 9:00 AM: 12-25 09:00, 2027-12-25 09:00, 2028-12-25 09:00",
    ),
    (
        "every dec 25",
        "every year on 25 Dec 9:00 AM: 12-25 09:00, 2027-12-25 09:00, 2028-12-25 09:00",
    ),
    (
        "dec 25 every year",
        "every year on 25 Dec 9:00 AM: 12-25 09:00, 2027-12-25 09:00, 2028-12-25 09:00",
    ),
    (
        "every feb 29",
        "every year on 29 Feb 9:00 AM: 2028-02-29 09:00, 2032-02-29 09:00, 2036-02-29 09:00",
    ),
    (
        "every year on feb 29 at noon",
        "every year on 29 Feb 12:00 PM: 2028-02-29 12:00, 2032-02-29 12:00, 2036-02-29 12:00",
    ),
    (
        "every 2 years on jan 1",
        "every 2 years on 1 Jan 9:00 AM: 2027-01-01 09:00, 2029-01-01 09:00, 2031-01-01 09:00",
    ),
    ("every 31 april", "no_such_day"),
    ("every 3 hours", "every 3 hours: 11-23 12:00, 11-23 15:00, 11-23 18:00"),
    ("every hour", "every hour: 11-23 10:00, 11-23 11:00, 11-23 12:00"),
    ("hourly", "every hour: 11-23 10:00, 11-23 11:00, 11-23 12:00"),
    ("every 2 hours", "every 2 hours: 11-23 11:00, 11-23 13:00, 11-23 15:00"),
    ("every other hour", "every 2 hours: 11-23 11:00, 11-23 13:00, 11-23 15:00"),
    ("every half hour", "every 30 minutes: 11-23 09:30, 11-23 10:00, 11-23 10:30"),
    ("every 30 minutes", "every 30 minutes: 11-23 09:30, 11-23 10:00, 11-23 10:30"),
    ("every 15 minutes", "every 15 minutes: 11-23 09:15, 11-23 09:30, 11-23 09:45"),
    ("every 90 minutes", "every 90 minutes: 11-23 10:30, 11-23 12:00, 11-23 13:30"),
    ("every hour and a half", "?"),
    (
        "every 2 hours starting at 8am",
        "every 2 hours: 11-24 08:00, 11-24 10:00, 11-24 12:00",
    ),
    ("every 2 hours at 8pm", "every 2 hours: 11-23 20:00, 11-23 22:00, 11-24 00:00"),
    (
        "every 4 hours starting tomorrow",
        "every 4 hours: 11-24 09:00, 11-24 13:00, 11-24 17:00",
    ),
    (
        "every 2 hours from 9am to 5pm",
        "every day 9:00 AM, 11:00 AM, 1:00 PM, 3:00 PM and 5:00 PM: 11-23 11:00, 11-23 13:00, 11-23 15:00",
    ),
    (
        "every hour between 9 and 12",
        "every day 9:00 AM, 10:00 AM, 11:00 AM and 12:00 PM: 11-23 10:00, 11-23 11:00, 11-23 12:00",
    ),
    (
        "every 30 minutes from 9 to 11am",
        "every day 9:00 AM, 9:30 AM, 10:00 AM, 10:30 AM and 11:00 AM: 11-23 09:30, 11-23 10:00, 11-23 10:30",
    ),
    (
        "every 3 hours for 2 days",
        "every 3 hours until Wed 25 Nov 9:00 AM: 11-23 12:00, 11-23 15:00, 11-23 18:00",
    ),
    (
        "every 30 minutes for 2 hours",
        "every 30 minutes until Mon 23 Nov 11:00 AM: 11-23 09:30, 11-23 10:00, 11-23 10:30",
    ),
    (
        "every hour until 5pm",
        "every hour until Mon 23 Nov 5:00 PM: 11-23 10:00, 11-23 11:00, 11-23 12:00",
    ),
    (
        "every 2 hours until friday",
        "every 2 hours until Fri 27 Nov: 11-23 11:00, 11-23 13:00, 11-23 15:00",
    ),
    (
        "every hour until friday at 5pm",
        "every hour until Fri 27 Nov 5:00 PM: 11-23 10:00, 11-23 11:00, 11-23 12:00",
    ),
    (
        "every 2 hours 5 times",
        "every 2 hours 5 times: 11-23 11:00, 11-23 13:00, 11-23 15:00",
    ),
    (
        "every 12 hours except tomorrow",
        "every 12 hours except Tue 24 Nov: 11-23 21:00, 11-25 09:00, 11-25 21:00",
    ),
    ("every 10 minutes", "too_often"),
    ("every minute", "too_often"),
    ("every 30 seconds", "too_often"),
    ("every second", "too_often"),
    ("every 5 min", "too_often"),
    (
        "every day at 8am until march 1",
        "every day 8:00 AM until Mon 1 Mar 2027: 11-24 08:00, 11-25 08:00, 11-26 08:00",
    ),
    (
        "every day at 8am until friday",
        "every day 8:00 AM until Fri 27 Nov: 11-24 08:00, 11-25 08:00, 11-26 08:00",
    ),
    (
        "every day at 8am till friday",
        "every day 8:00 AM until Fri 27 Nov: 11-24 08:00, 11-25 08:00, 11-26 08:00",
    ),
    (
        "every day at 8am through sunday",
        "every day 8:00 AM until Sun 29 Nov: 11-24 08:00, 11-25 08:00, 11-26 08:00",
    ),
    (
        "every day at 8am until dec 1",
        "every day 8:00 AM until Tue 1 Dec: 11-24 08:00, 11-25 08:00, 11-26 08:00",
    ),
    (
        "every day at 8am until dec 1, 2026",
        "every day 8:00 AM until Tue 1 Dec: 11-24 08:00, 11-25 08:00, 11-26 08:00",
    ),
    (
        "every day at 8am until 1/12",
        "every day 8:00 AM until Tue 1 Dec: 11-24 08:00, 11-25 08:00, 11-26 08:00 | every day 8:00 AM until Tue 12 Jan 2027: 11-24 08:00, 11-25 08:00, 11-26 08:00",
    ),
    (
        "every day at 8am until the 5th",
        "every day 8:00 AM until Sat 5 Dec: 11-24 08:00, 11-25 08:00, 11-26 08:00",
    ),
    (
        "every day at 8am until the end of the month",
        "every day 8:00 AM until Mon 30 Nov: 11-24 08:00, 11-25 08:00, 11-26 08:00",
    ),
    (
        "every day at 8am until january",
        "every day 8:00 AM until Thu 31 Dec: 11-24 08:00, 11-25 08:00, 11-26 08:00",
    ),
    (
        "every day at 8am until tomorrow",
        "every day 8:00 AM until Tue 24 Nov: 11-24 08:00",
    ),
    (
        "every day at 8am until next friday",
        "every day 8:00 AM until Fri 27 Nov: 11-24 08:00, 11-25 08:00, 11-26 08:00 | every day 8:00 AM until Fri 4 Dec: 11-24 08:00, 11-25 08:00, 11-26 08:00",
    ),
    ("every day at 8am until yesterday", "never"),
    (
        "every day at 8am until friday at 5pm",
        "every day 8:00 AM until Fri 27 Nov 5:00 PM: 11-24 08:00, 11-25 08:00, 11-26 08:00",
    ),
    (
        "every day until friday at 8am",
        "every day 8:00 AM until Fri 27 Nov: 11-24 08:00, 11-25 08:00, 11-26 08:00",
    ),
    (
        "every monday at 8am until dec 31",
        "every Mon 8:00 AM until Thu 31 Dec: 11-30 08:00, 12-07 08:00, 12-14 08:00",
    ),
    ("every friday until wednesday", "never"),
    (
        "every day at 8am for 2 weeks",
        "every day 8:00 AM until Mon 7 Dec: 11-24 08:00, 11-25 08:00, 11-26 08:00",
    ),
    (
        "every day at 8am for a week",
        "every day 8:00 AM until Mon 30 Nov: 11-24 08:00, 11-25 08:00, 11-26 08:00",
    ),
    (
        "every day for 3 days",
        "every day 9:00 AM until Thu 26 Nov: 11-24 09:00, 11-25 09:00, 11-26 09:00",
    ),
    (
        "every monday at 8am for 2 months",
        "every Mon 8:00 AM until Fri 29 Jan 2027: 11-30 08:00, 12-07 08:00, 12-14 08:00",
    ),
    (
        "every weekday at 7am for the next 2 weeks",
        "every weekday 7:00 AM until Mon 7 Dec: 11-24 07:00, 11-25 07:00, 11-26 07:00",
    ),
    ("every day at 8am for 20 minutes", "how often?"),
    (
        "every day at 8am 10 times",
        "every day 8:00 AM 10 times: 11-24 08:00, 11-25 08:00, 11-26 08:00",
    ),
    (
        "every day at 8am 3 times",
        "every day 8:00 AM 3 times: 11-24 08:00, 11-25 08:00, 11-26 08:00",
    ),
    ("every monday at noon twice", "?"),
    (
        "every day at noon, 2 times",
        "every day 12:00 PM 2 times: 11-23 12:00, 11-24 12:00",
    ),
    (
        "every other day 2 times",
        "every 2 days 9:00 AM 2 times: 11-25 09:00, 11-27 09:00",
    ),
    (
        "starting monday every day at 8am",
        "every day 8:00 AM: 11-30 08:00, 12-01 08:00, 12-02 08:00",
    ),
    (
        "every day at 8am starting monday",
        "every day 8:00 AM: 11-30 08:00, 12-01 08:00, 12-02 08:00",
    ),
    (
        "every day at 8am starting tomorrow",
        "every day 8:00 AM: 11-24 08:00, 11-25 08:00, 11-26 08:00",
    ),
    (
        "every day at 8am from dec 1",
        "every day 8:00 AM: 12-01 08:00, 12-02 08:00, 12-03 08:00",
    ),
    (
        "every day at 8am starting dec 1 until dec 3",
        "every day 8:00 AM until Thu 3 Dec: 12-01 08:00, 12-02 08:00, 12-03 08:00",
    ),
    (
        "every monday at 8am starting dec 1",
        "every Mon 8:00 AM: 12-07 08:00, 12-14 08:00, 12-21 08:00",
    ),
    (
        "every 3 days starting friday",
        "every 3 days 9:00 AM: 11-27 09:00, 11-30 09:00, 12-03 09:00",
    ),
    (
        "every 2 weeks on friday starting dec 4",
        "every 2 weeks on Fri 9:00 AM: 12-04 09:00, 12-18 09:00, 2027-01-01 09:00",
    ),
    (
        "every day starting next week",
        "every day 9:00 AM: 11-30 09:00, 12-01 09:00, 12-02 09:00",
    ),
    (
        "every day at 10 starting today",
        "every day 10:00 AM: 11-23 10:00, 11-24 10:00, 11-25 10:00",
    ),
    (
        "every day at 8am starting on 12/05",
        "every day 8:00 AM: 12-05 08:00, 12-06 08:00, 12-07 08:00 | every day 8:00 AM: 2027-05-12 08:00, 2027-05-13 08:00, 2027-05-14 08:00",
    ),
    (
        "every month on the 1st starting january 1",
        "every month on the 1st 9:00 AM: 2027-01-01 09:00, 2027-02-01 09:00, 2027-03-01 09:00",
    ),
    ("every day at 8am starting 2029-01-01", "far"),
    (
        "every day at 8am except friday",
        "every day except Fri 8:00 AM: 11-24 08:00, 11-25 08:00, 11-26 08:00",
    ),
    (
        "every day at 8am except on fridays",
        "every day except Fri 8:00 AM: 11-24 08:00, 11-25 08:00, 11-26 08:00",
    ),
    (
        "every day at 8am except fridays and sundays",
        "every day except Fri and Sun 8:00 AM: 11-24 08:00, 11-25 08:00, 11-26 08:00",
    ),
    (
        "every day at 8am except weekends",
        "every weekday 8:00 AM: 11-24 08:00, 11-25 08:00, 11-26 08:00",
    ),
    (
        "every day at 8am but not on sunday",
        "every day except Sun 8:00 AM: 11-24 08:00, 11-25 08:00, 11-26 08:00",
    ),
    (
        "every day at 8am, not on wednesdays",
        "every day except Wed 8:00 AM: 11-24 08:00, 11-26 08:00, 11-27 08:00",
    ),
    (
        "every day except wed at noon",
        "every day except Wed 12:00 PM: 11-23 12:00, 11-24 12:00, 11-26 12:00",
    ),
    (
        "every weekday except fridays at 9",
        "every Mon, Tue, Wed and Thu 9:00 AM: 11-24 09:00, 11-25 09:00, 11-26 09:00",
    ),
    (
        "every weekday at 7am except wednesday",
        "every Mon, Tue, Thu and Fri 7:00 AM: 11-24 07:00, 11-26 07:00, 11-27 07:00",
    ),
    (
        "every day at 8am except tomorrow",
        "every day 8:00 AM except Tue 24 Nov: 11-25 08:00, 11-26 08:00, 11-27 08:00",
    ),
    (
        "every day at 8am except dec 25",
        "every day 8:00 AM except Fri 25 Dec: 11-24 08:00, 11-25 08:00, 11-26 08:00",
    ),
    (
        "every day at 8am except nov 25 and nov 26",
        "every day 8:00 AM except Wed 25 Nov and Thu 26 Nov: 11-24 08:00, 11-27 08:00, 11-28 08:00",
    ),
    (
        "every day at 8am except this friday",
        "every day 8:00 AM except Fri 27 Nov: 11-24 08:00, 11-25 08:00, 11-26 08:00",
    ),
    (
        "every monday and thursday at 6pm except thursday",
        "every Mon 6:00 PM: 11-23 18:00, 11-30 18:00, 12-07 18:00",
    ),
    ("every monday except mondays", "never"),
    (
        "every month on the 1st except sundays",
        "every month on the 1st except Sun 9:00 AM: 12-01 09:00, 2027-01-01 09:00, 2027-02-01 09:00",
    ),
    (
        "every day at 8am starting monday until friday",
        "every day 8:00 AM until Fri 4 Dec: 11-30 08:00, 12-01 08:00, 12-02 08:00",
    ),
    (
        "every monday at 9 except dec 7 until dec 31",
        "every Mon 9:00 AM until Thu 31 Dec except Mon 7 Dec: 11-30 09:00, 12-14 09:00, 12-21 09:00",
    ),
    (
        "every weekday at 7:30 for 2 weeks except wednesday",
        "every Mon, Tue, Thu and Fri 7:30 AM until Mon 7 Dec: 11-24 07:30, 11-26 07:30, 11-27 07:30",
    ),
    ("every weekday on friday", "how often?"),
    ("every monday on dec 7", "how often?"),
    ("every 2 working days", "how often?"),
    ("every friday the 13th", "?"),
    ("twice a day", "how often?"),
    ("3 times a day", "how often?"),
    ("three times a week", "how often?"),
    ("biweekly", "how often?"),
    ("every month on friday", "how often?"),
    ("every january", "?"),
    ("every day at 25", "no_such_time"),
    ("every 32nd", "no_such_day"),
    (
        "every monday at 8 and thursday at 6pm",
        "of: every Thu 6:00 PM: 11-26 18:00, 12-03 18:00, 12-10 18:00 | every Mon 8:00 AM: 11-30 08:00, 12-07 08:00, 12-14 08:00",
    ),
    (
        "weekdays at 7am and weekends at 9",
        "of: every weekday 7:00 AM: 11-24 07:00, 11-25 07:00, 11-26 07:00 | every weekend 9:00 AM: 11-28 09:00, 11-29 09:00, 12-05 09:00",
    ),
    ("every day at 5pm EST", "elsewhere"),
    ("every day after work", "how often?"),
    ("every now and then", "?"),
    ("every day in 3 hours", "how often?"),
    ("every day every week", "how often?"),
    ("a daily at 9pm", "every day 9:00 PM: 11-23 21:00, 11-24 21:00, 11-25 21:00"),
    (
        "a weekly for friday at 3",
        "every Fri 3:00 PM: 11-27 15:00, 12-04 15:00, 12-11 15:00",
    ),
    (
        "monday to friday at 8am",
        "every weekday 8:00 AM: 11-24 08:00, 11-25 08:00, 11-26 08:00",
    ),
    ("mon-fri at 8am", "every weekday 8:00 AM: 11-24 08:00, 11-25 08:00, 11-26 08:00"),
    (
        "every friday through sunday at 9am",
        "every Fri, Sat and Sun 9:00 AM: 11-27 09:00, 11-28 09:00, 11-29 09:00",
    ),
    (
        "every day from monday to friday at 8am",
        "every weekday 8:00 AM: 11-24 08:00, 11-25 08:00, 11-26 08:00",
    ),
    (
        "every week day at 9",
        "every weekday 9:00 AM: 11-24 09:00, 11-25 09:00, 11-26 09:00",
    ),
    (
        "all weekdays at 8am",
        "every weekday 8:00 AM: 11-24 08:00, 11-25 08:00, 11-26 08:00",
    ),
    (
        "every morning at 7 on weekdays",
        "every weekday 7:00 AM: 11-24 07:00, 11-25 07:00, 11-26 07:00",
    ),
    (
        "every morning on weekdays",
        "every weekday 9:00 AM: 11-24 09:00, 11-25 09:00, 11-26 09:00",
    ),
    (
        "every hour from 9 to 5 on weekdays",
        "every weekday 9:00 AM, 10:00 AM, 11:00 AM, 12:00 PM, 1:00 PM, 2:00 PM, 3:00 PM, 4:00 PM and 5:00 PM: 11-23 10:00, 11-23 11:00, 11-23 12:00",
    ),
    ("every hour on weekdays", "how often?"),
    (
        "every day at 8am but sunday",
        "every day except Sun 8:00 AM: 11-24 08:00, 11-25 08:00, 11-26 08:00",
    ),
    (
        "every day at 8am from dec 1 to dec 24",
        "every day 8:00 AM until Thu 24 Dec: 12-01 08:00, 12-02 08:00, 12-03 08:00",
    ),
    (
        "every day at 8am between dec 1 and dec 24",
        "every day 8:00 AM until Thu 24 Dec: 12-01 08:00, 12-02 08:00, 12-03 08:00",
    ),
    (
        "every weekday at 8am for the rest of the week",
        "every weekday 8:00 AM until Sun 29 Nov: 11-24 08:00, 11-25 08:00, 11-26 08:00",
    ),
    (
        "every day at 8am this week",
        "every day 8:00 AM until Sun 29 Nov: 11-24 08:00, 11-25 08:00, 11-26 08:00",
    ),
    (
        "every day at 8am until christmas",
        "every day 8:00 AM until Fri 25 Dec: 11-24 08:00, 11-25 08:00, 11-26 08:00",
    ),
    ("every day at 8am in december", "how often?"),
    (
        "every 2nd and 4th friday at noon",
        "every month on the second and fourth Fri 12:00 PM: 11-27 12:00, 12-11 12:00, 12-25 12:00",
    ),
    (
        "first and third tuesday of every month at 6pm",
        "every month on the first and third Tue 6:00 PM: 12-01 18:00, 12-15 18:00, 2027-01-05 18:00",
    ),
    (
        "every month on the third",
        "every month on the 3rd 9:00 AM: 12-03 09:00, 2027-01-03 09:00, 2027-02-03 09:00",
    ),
    (
        "the first of every month",
        "every month on the 1st 9:00 AM: 12-01 09:00, 2027-01-01 09:00, 2027-02-01 09:00",
    ),
]
# What date libraries get wrong, and people say.
ASKED_FOR = [
    "friday at 5",
    "at 7",
    "tonight at 8",
    "in half an hour",
    "in an hour and a half",
    "next friday 5pm",
    "every day at 8am and 8pm",
    "tmrw at 9",
    "day after tomorrow 10am",
    "eod",
    "midnight",
    "tomorrow at 5pm",
    "in 20 minutes",
    "monday 8:30",
]


@pytest.mark.parametrize(("phrase", "meaning"), PHRASES)
def test_phrase_means(phrase: str, meaning: str) -> None:
    assert told(times.read(phrase, now=NOW, zone=ZONE)) == meaning


def test_half_a_thousand_phrases_are_told_apart() -> None:
    known = [phrase for phrase, _ in [*PHRASES, *test_time_phrases.PHRASES]]
    assert len(known) == len({*known}) >= 500
    assert {*ASKED_FOR} <= {*known}
