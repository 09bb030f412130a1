"""Last labels of names that look like domains: which are surely none, and which are so common that text may follow."""


def _labels(words: str) -> frozenset[bytes]:
    return frozenset(words.encode().split())


NO_TLDS = _labels(
    # files
    "png svg jpg jpeg gif webp ico bmp tif tiff avif heic psd eps pdf doc docx xls xlsx ppt pptx odt ods epub "
    "md mdx rst txt log csv tsv py pyc pyi pyx pyd ipynb whl egg js jsx mjs cjs ts tsx mts cts json jsonl ndjson "
    "yaml yml toml xml xsd xsl html htm xhtml css scss sass less vue svelte astro java class jar war kt kts gradle "
    "groovy scala clj cljs erl hrl exs eex heex hs elm rb erb gemspec php phtml lua jl cpp cxx hpp hxx cs csproj sln "
    "fs vb swift mm plist pbxproj xcassets storyboard sql sqlite db graphql gql proto thrift avsc tf tfvars hcl lock "
    "conf cfg ini env properties bak tmp swp orig rej patch diff map min snap wasm exe dll dylib lib obj bin iso img "
    "zip tar gz tgz xz zst rar deb rpm apk dmg msi woff ttf otf eot mov avi wav webm ogg flac mkv pem crt csr pfx "
    "asc sig eml msg ics vcf parquet npy npz pkl ckpt onnx safetensors gguf tmpl tpl hbs ejs njk jinja twig mustache "
    "sock pid po pot cmake lst sed header bat cmd fish zsh "
    # units of systemd
    "service socket target timer mount automount slice scope path device swap "
    # attributes and methods of code, behind a matrix product written without spaces
    "weight bias dtype shape grad values array matrix transpose reshape toarray todense conj astype dot sum mean inv"
)
"""Endings of files, kinds of systemd units, attributes of arrays. `py` and `md` are countries too: see REGISTRIES."""

REGISTRIES = _labels("com co org net gov edu gob mil ac")
"""What stands before a country's label in its own domains, such as `com.py`."""

COMMON_TLDS = _labels(
    "com org net edu gov mil int info biz name pro io ai app dev xyz cloud tech online site shop me tv cc "
    "de at ch uk ie fr be nl lu es pt it gr pl cz sk hu ro bg si hr rs ua ru by lt lv ee fi se no dk is eu "
    "us ca mx br ar cl pe co ve uy ec cr cu do gt pa jp cn kr tw hk sg my th vn ph id in pk bd lk np ir tr il "
    "ae sa qa kw eg ma tn dz ng ke gh za et tz ug zw au nz"
)
"""Text that is glued to one of these (`a@b.de_end`) is not part of the address."""
