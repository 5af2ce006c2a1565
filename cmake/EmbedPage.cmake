# cmake -DOUTPUT=page_files.cpp -DFOLDER=... -DSCRIPTS=a.js,b.js -P EmbedPage.cmake
# Writes the source that holds the files of a page as raw strings. A file must not hold )page" itself.

function(add_function name)
  set(text "std::string_view ${name}() {\n  static constexpr std::string_view text =")
  foreach(file ${ARGN})
    file(READ "${FOLDER}/${file}" content)
    string(APPEND text "\n      R\"page(${content})page\"")
  endforeach()
  file(APPEND "${OUTPUT}" "${text};\n  return text;\n}\n\n")
endfunction()

string(REPLACE "," ";" SCRIPTS "${SCRIPTS}")
file(WRITE "${OUTPUT}" "#include <heed/models/visual/page_files.h>\n\nnamespace heed {\n\n")
add_function(page_frame page.html)
add_function(page_style page.css)
add_function(page_script ${SCRIPTS})
file(APPEND "${OUTPUT}" "}  // namespace heed\n")
