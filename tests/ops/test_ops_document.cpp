#include <fstream>
#include <sstream>

#include "ops_document.h"
#include <doctest/doctest.h>

#ifdef HEED_HAS_ONEDNN  // the page speaks of this backend
TEST_CASE("docs/ops.md is what scripts/ops-doc writes") {
  std::ifstream file(HEED_SOURCE_DIR "/docs/ops.md");
  std::stringstream text;
  text << file.rdbuf();
  CHECK_MESSAGE(text.str() == heed::test::ops_document(), "docs/ops.md is not current: run scripts/ops-doc");
}
#endif
