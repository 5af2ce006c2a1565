// The files of page/, as the build puts them into the library. Internal to models/visual.
#pragma once

#include <string_view>

namespace heed {

std::string_view page_frame();   // page.html
std::string_view page_style();   // page.css
std::string_view page_script();  // the programs, one behind the other

}  // namespace heed
