import Fieldkeep
