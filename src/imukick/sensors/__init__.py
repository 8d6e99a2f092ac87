"""Bytes of known sensors -> Samples: pure decoders, no Bluetooth, no host clock."""
