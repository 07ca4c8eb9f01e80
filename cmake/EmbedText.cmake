# cinnabar_embed_migrations(TARGET FOLDER): compiles FOLDER/NNNN_name.sql into TARGET as
# sql::kMigrationTexts, so that the binary carries its schema. Editing a file configures again.
function(cinnabar_embed_migrations target folder)
  set(folder ${CMAKE_CURRENT_SOURCE_DIR}/${folder})
  file(GLOB files CONFIGURE_DEPENDS ${folder}/*.sql)
  list(SORT files)
  set(entries "")
  foreach(file IN LISTS files)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    get_filename_component(name ${file} NAME_WE)
    string(REGEX MATCH "^[0-9]+" digits ${name})
    math(EXPR number "1${digits} - 10000")
    file(READ ${file} text)
    string(APPEND entries "    {${number}, \"${name}\", R\"sql(${text})sql\"},\n")
  endforeach()
  set(generated ${CMAKE_CURRENT_BINARY_DIR}/${target}_migrations.cc)
  file(CONFIGURE OUTPUT ${generated} CONTENT "#include \"storage/sql/migrate.h\"

namespace cinnabar::sql {
namespace {
constexpr Migration kMigrations[] = {
@entries@};
}  // namespace

std::span<const Migration> embedded_migrations() {
  return kMigrations;
}
}  // namespace cinnabar::sql
" @ONLY)
  target_sources(${target} PRIVATE ${generated})
endfunction()
