"""The brain with a model, for what the grammar does not understand.

thinking   one text: ask, call tools, say what is true of it
endpoint   the model that is set up
hands      the tools that this person may use now, through the gate
briefing   what the model is told of the person, the moment and the rules
recall     what was said before
claims     sentences that say that something was done
prices     what it costs, before and after
"""
