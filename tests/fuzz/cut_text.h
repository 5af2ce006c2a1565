// Cuts a few texts by a vocabulary that came from a hostile file, and joins the pieces.
#pragma once

#include <cstdint>
#include <numeric>
#include <vector>

#include "require.h"

#include <heed/models/text/utf8.h>
#include <heed/models/text/vocabulary.h>

namespace heed::fuzz {

inline void cut_text(const Vocabulary& vocabulary) {
  for (const char* text :
       {"", " ", "A man, smiling.", "  zwei Männer fahren\t\n日本 ", "￭ \u2581 \U0001F600 ﬁ Å"}) {
    const std::vector<std::int32_t> ids = vocabulary.encode(text);
    require(vocabulary.pieces(ids).size() == ids.size(), "every id has a piece");
    require(!first_invalid_utf8(vocabulary.decode(ids)), "decoded text is UTF-8");
  }
  std::vector<std::int32_t> all(vocabulary.size());
  std::iota(all.begin(), all.end(), 0);
  vocabulary.pieces(all);
  for (const std::int32_t id : all) vocabulary.decode({&id, 1});
}

}  // namespace heed::fuzz
