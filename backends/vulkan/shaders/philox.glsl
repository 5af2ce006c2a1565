// Philox 4x32-10 (Salmon et al. 2011): four words of random bits, number `block` of a stream.
uvec4 philox(const uint block, const uint stream, const uvec2 key, const uvec2 run) {
  uvec4 counter = uvec4(block, stream, run);
  uvec2 round_key = key;
  for (int i = 0; i < 10; ++i) {
    uint low_0, high_0, low_1, high_1;
    umulExtended(0xD2511F53u, counter.x, high_0, low_0);
    umulExtended(0xCD9E8D57u, counter.z, high_1, low_1);
    counter = uvec4(high_1 ^ counter.y ^ round_key.x, low_1, high_0 ^ counter.w ^ round_key.y, low_0);
    round_key += uvec2(0x9E3779B9u, 0xBB67AE85u);
  }
  return counter;
}
