"""Rasa's side of Digitaliseringsguiden: language understanding, rules and forms."""
